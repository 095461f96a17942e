import { basename } from 'node:path';
import { isNamedAfterAnExport } from './is-named-after-an-export.ts';
import { isCode, isTest } from './source-files.ts';
import { type Token, tokenize } from './tokenize.ts';

/** The rules of the hand for one file (CONTRIBUTING.md says why). Answers one line per offence. */
export function findHouseOffences(path: string, text: string): readonly string[] {
  const found = [...checkText(path, text)];
  if (isCode(path)) {
    const tokens = tokenize(text);
    found.push(...checkName(path), ...checkLength(path, text), ...checkCode(path, tokens));
    if (!isNamedAfterAnExport(path, tokens)) found.push('exports nothing that it is named after');
  }
  return found.map((offence) => (offence.startsWith(':') ? `${path}${offence}` : `${path} ${offence}`));
}

export const LINES_MAX = 400;

const BAG_NAMES =
  /^(utils?|helpers?|common|lib|misc|types?|interfaces?|constants?|managers?|services?|handlers?|index)\.(ts|tsx|mjs)$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.((slow\.)?test|conformance|config|d))?\.(ts|tsx|mjs)$/;
// Written apart, so that a plain search for these marks finds marks only.
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);
const MACHINE_PATH = new RegExp(
  `(^|[^A-Za-z0-9_.-])/(${['wo' + 'rk', 'ro' + 'ot', 'home/\\w+', 'Users/\\w+'].join('|')})/`,
);
const SILENCED = /@ts-(ignore|nocheck)|@ts-expect-error\s*$|<reference\s+path/;

function checkText(path: string, text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const at = `:${index + 1}`;
    const found: string[] = [];
    if (isCode(path) && UNFINISHED.test(line)) found.push(`${at} is marked as unfinished: finish it or open an issue`);
    if (MACHINE_PATH.test(line)) found.push(`${at} names a path of somebody's machine`);
    if (isCode(path) && SILENCED.test(line)) found.push(`${at} silences the compiler without a reason`);
    return found;
  });
}

function checkName(path: string): readonly string[] {
  const name = basename(path);
  if (BAG_NAMES.test(name)) return ['has a name that says nothing: name it after what it does'];
  const isKebab =
    KEBAB.test(name) &&
    path
      .split('/')
      .slice(0, -1)
      .every((folder) => /^[a-z0-9-]+$/.test(folder));
  return isKebab ? [] : ['is not in kebab-case'];
}

function checkLength(path: string, text: string): readonly string[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return lines > LINES_MAX && isCode(path) ? [`has ${lines} lines, and ${LINES_MAX} are the most`] : [];
}

// `runIf` stays: what a platform cannot do is said by a named condition.
const NOT_RUN =
  /^(it|test|describe|suite|bench)(\.\w+)*\.(only|skip|todo|fails|skipIf)\b|^(xit|xdescribe|fit|fdescribe)$/;

function checkCode(path: string, tokens: readonly Token[]): readonly string[] {
  const isServer = path.startsWith('src/') && !isTest(path);
  return tokens.flatMap((token, index) => {
    const at = `:${token.line}`;
    if (token.kind === 'string')
      return isModule(tokens, index) && token.text === 'node:test' ? [`${at} uses node:test: use vitest`] : [];
    if (token.kind !== 'word') return [];
    if (isTest(path) && NOT_RUN.test(token.text)) return [`${at} holds a test that does not run`];
    if (isTest(path) && /^vi\.(mock|doMock|hoisted)$/.test(token.text))
      return [`${at} mocks a module: fakes stand at the clock, outbound HTTP and process death only`];
    if (isServer && readsEnvironment(path, tokens, index))
      return [`${at} reads the environment: only src/config.ts does`];
    const maySpeak = path.startsWith('src/commands/') || !/^(src|web)\//.test(path) || isTest(path);
    if (!maySpeak && /^console\./.test(token.text)) return [`${at} writes to the console: use the log`];
    return [];
  });
}

/** Who may read the environment, and why. */
const ENVIRONMENT_READERS: Readonly<Record<string, string>> = {
  'src/config.ts': 'the only reader of settings',
  'src/db/embedded/find-binaries.ts': 'hands PATH and the temporary folder on to the programs it starts',
};

/** `readConfig(process.env)`, also with more settings beside it, hands the environment to its only reader. */
function readsEnvironment(path: string, tokens: readonly Token[], index: number): boolean {
  const text = tokens[index]?.text ?? '';
  if (path in ENVIRONMENT_READERS || !/^process\.env\b/.test(text)) return false;
  const opening = tokens.slice(0, index).findLast((token) => !['.', '{', '('].includes(token.text));
  return !(text === 'process.env' && opening?.text === 'readConfig');
}

function isModule(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text;
  return (
    before === 'from' ||
    before === 'import' ||
    (before === '(' && /^(import|require)$/.test(tokens[index - 2]?.text ?? ''))
  );
}
