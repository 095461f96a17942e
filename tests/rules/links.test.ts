import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listPages } from './read-commands.ts';
import { ROOT, readText } from './source-files.ts';

const PAGES = listPages();

interface Link {
  readonly page: string;
  /** A path from the package's folder; the page itself for `#anchor`. */
  readonly to: string;
  readonly anchor: string | null;
}

test('every link of a page leads to a file, and every anchor to a heading', () => {
  const links = PAGES.flatMap(readLinks);
  expect(links.filter(({ anchor }) => anchor !== null).length).toBeGreaterThan(8);
  const broken = links.filter(({ to, anchor }) => !existsSync(join(ROOT, to)) || !isAnchor(to, anchor));
  expect(broken.map(({ page, to, anchor }) => `${page} → ${to}${anchor === null ? '' : `#${anchor}`}`)).toEqual([]);
});

test('every picture of a page is there', () => {
  const pictures = PAGES.flatMap((page) =>
    [...readText(ROOT, page).matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, to = '']) => join(page, '..', to)),
  );
  expect(pictures.length).toBeGreaterThan(0);
  expect(pictures.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('every address outside is https, and none is of a machine', () => {
  const addresses = PAGES.flatMap((page) => readText(ROOT, page).match(/\bhttps?:\/\/[^\s)>"'`|]+/g) ?? []);
  const plain = addresses.filter((address) => !/^https:|^http:\/\/(localhost|127\.0\.0\.1)\b/.test(address));
  expect(plain).toEqual([]);
});

describe("a stranger's question is answered within two clicks of the README:", () => {
  // What must stand under the heading that is reached: the answer itself, not a place to ask further.
  const questions: readonly (readonly [string, readonly RegExp[]])[] = [
    ['why is this open not counted', [/`prefetch`/, /`scanner`/, /`bot`/, /`self`/, /not counted|never counts/]],
    ['what do you store', [/`signature_tracking_events`/, /48 hours/, /not\*{0,2} stored/, /IP address/]],
    ['how do I back up', [/mailtracker backup/, /mailtracker restore/, /APP_SECRET/]],
    ['how do I move to my own PostgreSQL', [/mailtracker backup/, /DATABASE_URL=postgres:\/\//, /mailtracker restore/]],
    ['how do I verify a webhook', [/webhook-id/, /timingSafeEqual|\.verify\(/, /hmac/i]],
    ['how do I remove everything', [/DATA_DIR/, /Erase/, /mailtracker_app/]],
  ];
  const reached = reachWithin('README.md', 2);

  test.each(questions)('%s', (_question, words) => {
    const answers = reached.filter(({ text }) => words.every((word) => word.test(text)));
    expect(answers.map(({ to }) => to)).not.toEqual([]);
  });

  test('and each by one link of its own table', () => {
    const readme = readText(ROOT, 'README.md');
    const table = readme.slice(readme.indexOf('a stranger asks'), readme.indexOf('## Settings'));
    const places = [...table.matchAll(/\]\(([^)#]+\.md)#?([^)]*)\)/g)].map(([, to = '', anchor = '']) =>
      toSection(to, anchor),
    );
    for (const [question, words] of questions)
      expect(
        places.some((text) => words.every((word) => word.test(text))),
        question,
      ).toBe(true);
  });
});

/** Every section that so many clicks lead to; a link without an anchor leads to the whole page. */
function reachWithin(start: string, clicks: number): { readonly to: string; readonly text: string }[] {
  let pages = [start];
  const found: { to: string; text: string }[] = [];
  for (let click = 1; click <= clicks; click += 1) {
    const links = pages.flatMap(readLinks).filter(({ to }) => to.endsWith('.md'));
    found.push(...links.map(({ to, anchor }) => ({ to: `${to}#${anchor ?? ''}`, text: toSection(to, anchor ?? '') })));
    pages = [...new Set(links.map(({ to }) => to))];
  }
  return found;
}

/** From the heading of that anchor to the next of its rank or above. */
function toSection(page: string, anchor: string): string {
  const text = readText(ROOT, page);
  if (anchor === '') return text;
  const lines = text.split('\n');
  const at = listHeadings(text).find((heading) => heading.anchor === anchor);
  if (at === undefined) return '';
  const rest = lines.slice(at.line + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && (/^#+/.exec(line)?.[0].length ?? 9) <= at.rank);
  return [lines[at.line], ...(end < 0 ? rest : rest.slice(0, end))].join('\n');
}

function readLinks(page: string): Link[] {
  const text = readText(ROOT, page).replace(/^ *```[\s\S]*?^ *```$/gm, '');
  return [...text.matchAll(/(?<!!)\[[^\]]+\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)]+))?\)/g)].map(
    ([, to = '', anchor]) => ({ page, to: to === '' ? page : join(page, '..', to), anchor: anchor ?? null }),
  );
}

function isAnchor(path: string, anchor: string | null): boolean {
  return anchor === null || listHeadings(readText(ROOT, path)).some((heading) => heading.anchor === anchor);
}

/** As GitHub makes them: the second of the same words gets `-1`. Lines of blocks are none. */
function listHeadings(text: string): { readonly line: number; readonly rank: number; readonly anchor: string }[] {
  const seen = new Map<string, number>();
  let isInBlock = false;
  return text.split('\n').flatMap((line, at) => {
    if (/^ *```/.test(line)) isInBlock = !isInBlock;
    const [, marks = '', title] = /^(#+) (.+)$/.exec(line) ?? [];
    if (isInBlock || title === undefined) return [];
    const plain = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(plain) ?? 0;
    seen.set(plain, times + 1);
    return [{ line: at, rank: marks.length, anchor: times === 0 ? plain : `${plain}-${times}` }];
  });
}

test('the search for pages finds those in folders too', () => {
  const decisions = readdirSync(join(ROOT, 'docs/decisions')).map((name) => `docs/decisions/${name}`);
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/privacy.md', ...decisions]));
});
