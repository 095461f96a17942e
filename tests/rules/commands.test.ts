import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ELSEWHERE } from './commands-elsewhere.ts';
import { listPages, readBlocks, readCommands, readCommentedCommands, type Shown } from './read-commands.ts';
import { ROOT, readText } from './source-files.ts';

// What a page tells to type is typed: by tests/journeys/docs.test.ts, or by what commands-elsewhere.ts names. Here it is
// held that nothing slips between the two, and that what is named is there at all.

const PAGES = listPages();
const COMMENTED = ['deploy', 'examples'].flatMap((folder) =>
  readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
);
const SHOWN: readonly Shown[] = [
  ...PAGES.flatMap((page) => readCommands(page)),
  ...COMMENTED.flatMap(readCommentedCommands),
];
const verbs = new Map(
  readdirSync(join(ROOT, 'src/commands')).flatMap((file) => {
    const text = readText(ROOT, `src/commands/${file}`);
    return [...text.matchAll(/: Command = \{\s+name: '([\w-]+)'/g)].map(([, name = '']) => [name, text] as const);
  }),
);

test('the search finds commands of every kind', () => {
  const texts = SHOWN.map(({ text }) => text);
  expect(texts.filter((text) => text.startsWith('curl ')).length).toBeGreaterThan(5);
  for (const start of ['npm start', 'docker compose', 'systemctl|useradd', 'mailtracker backup', 'HOST=127.0.0.1'])
    expect(
      texts.some((text) => new RegExp(`^(${start})`).test(text)),
      start,
    ).toBe(true);
});

test('every command of README, docs, deploy and examples is typed by a test, or says what stands in for it', () => {
  const open = SHOWN.filter(({ text, isTyped }) => !isTyped && !isVerb(text) && findElsewhere(text) === null);
  expect(open.map(({ page, text }) => `${page}: ${text}`)).toEqual([]);
});

test('what stands in is there, and each exception is still needed', () => {
  const paths = ELSEWHERE.map(([, reason]) => reason).filter((reason) => /^[\w.-]+\/\S+$/.test(reason));
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const unused = ELSEWHERE.filter(([pattern]) => !SHOWN.some(({ text }) => pattern.test(text)));
  expect(unused.map(([pattern]) => String(pattern))).toEqual([]);
});

describe('a command names only what there is:', () => {
  test('scripts of npm, benches and files', () => {
    const { scripts } = JSON.parse(readText(ROOT, 'package.json'));
    const benches = readText(ROOT, 'bench/run.ts');
    const wrong = SHOWN.flatMap(({ page, text }) => {
      const script = /^npm run (?:-s )?([\w:-]+)/.exec(text)?.[1];
      const bench = /^npm run (?:-s )?bench -- ([\w-]+)/.exec(text)?.[1];
      const files = text.match(/(?<![\w./])(?:bench|tests|src|bin|deploy|examples)\/[\w./-]+\.\w+/g) ?? [];
      return [
        ...(script !== undefined && !(script in scripts) ? [`${page}: no script ${script}`] : []),
        ...(bench !== undefined && !benches.includes(`name: '${bench}'`) ? [`${page}: no bench ${bench}`] : []),
        ...files.filter((file) => !existsSync(join(ROOT, file))).map((file) => `${page}: no file ${file}`),
      ];
    });
    expect(wrong).toEqual([]);
  });

  test('verbs of mailtracker, and their options', () => {
    const wrong = SHOWN.flatMap(({ page, text }) => {
      const [, verb, rest = ''] = /(?<=^|\s)mailtracker(?: --)? ([a-z][\w-]*)(.*)/.exec(text) ?? [];
      if (verb === undefined) return [];
      const source = verbs.get(verb);
      if (source === undefined) return [`${page}: no verb ${verb}`];
      const options = rest.match(/--[a-z-]+/g) ?? [];
      return options.filter((option) => !source.includes(option)).map((option) => `${page}: ${verb} has no ${option}`);
    });
    expect(verbs.size).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });

  test('blocks say what they are', () => {
    const known = ['sh', 'json', 'yaml', 'sql', 'ts', 'python', 'go', ''];
    const wrong = PAGES.flatMap((page) =>
      readBlocks(readText(ROOT, page))
        .filter(({ language }) => !known.includes(language))
        .map(({ language }) => `${page}: ${language}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** A verb in the middle of a sentence: what it does is held where it is told how to type it. */
function isVerb(text: string): boolean {
  const [, verb] = /^mailtracker ([a-z][\w-]*)/.exec(text) ?? [];
  return text.startsWith('mailtracker --') || (verb !== undefined && verbs.has(verb));
}

function findElsewhere(text: string): string | null {
  return ELSEWHERE.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
