import { basename } from 'node:path';
import { isTest } from './source-files.ts';
import type { Token } from './tokenize.ts';

/**
 * True when a file is named after one of its exports. With a verb of the house in front the whole name must stand in
 * the export's: `to-hash.ts` exports toHash. Else a word of it must: `campaigns.ts` of http exports campaignRoutes,
 * `block-format.ts` exports toBlockId. Files without an export run by themselves and have nothing to name.
 */
export function isNamedAfterAnExport(path: string, tokens: readonly Token[]): boolean {
  if (!/^(src|web)\//.test(path) || isTest(path) || path in SEVERAL_OF_EQUAL_WEIGHT) return true;
  const exported = tokens.flatMap((token, index) => (token.text === 'export' ? toExportedName(tokens, index + 1) : []));
  const name = basename(path).replace(/\.tsx?$/, '');
  const own = toWords(name);
  const isFit = VERBS.includes(name.split('-')[0] ?? '') ? hasRun : hasShared;
  return exported.length === 0 || exported.some((exportName) => isFit(toWords(exportName), own));
}

const VERBS = ['parse', 'read', 'store', 'to', 'is', 'has', 'drop', 'raise', 'create', 'open', 'start'];

/** Files that hold the rules of one noun, none of which is the main one. */
const SEVERAL_OF_EQUAL_WEIGHT: Readonly<Record<string, string>> = {
  'src/db/column-types.ts': 'the kinds of column',
  'src/domain/calendar.ts': 'days, weeks and slots',
  'src/kit/crypto.ts': 'deriving, sealing, hashing',
  'web/vite.config.ts': 'named by Vite',
};

const BEFORE_NAME = /^(default|async|abstract|declare|function|const|let|class|interface|type|\*)$/;

function toExportedName(tokens: readonly Token[], index: number): readonly string[] {
  const name = tokens.slice(index).find((token) => !BEFORE_NAME.test(token.text));
  return name?.kind === 'word' ? [name.text] : [];
}

/** `toTimeZones`, `TIME_ZONES` and `time-zone` → time, zone: one or many makes no difference. */
function toWords(name: string): readonly string[] {
  const kebab = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/_/g, '-')
    .toLowerCase();
  return kebab.split('-').map((word) => word.replace(/(?<=..)s$/, ''));
}

function hasRun(words: readonly string[], run: readonly string[]): boolean {
  return words.some((_, at) => run.every((word, index) => words[at + index] === word));
}

function hasShared(words: readonly string[], own: readonly string[]): boolean {
  return own.some((word) => words.includes(word));
}
