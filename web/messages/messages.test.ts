import { describe, expect, test, vi } from 'vitest';
import { CATALOGUE, type PageName } from './catalogue.ts';
import { toLocale, toRegion } from './locale.ts';
import { toWords } from './to-words.ts';

const PAGES = Object.keys(CATALOGUE) as PageName[];

describe.each(PAGES)('the messages of %s', (page) => {
  test('German holds the same keys as English, none empty', async () => {
    const { en: english, de: german } = await readBoth(page);
    expect(Object.keys(german)).toEqual(Object.keys(english));
    expect(Object.entries(german).filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  test('German asks for the same arguments and the same parts as English', async () => {
    const { en: english, de: german } = await readBoth(page);
    const differing = Object.keys(english).filter((key) => {
      const [asked, given] = [toArguments(english[key] ?? ''), toArguments(german[key] ?? '')];
      // What the server put into its sentence may be English words ("3 active members"): German may leave them out.
      if (page === 'server') return given.some((name) => !asked.includes(name));
      return `${asked}` !== `${given}`;
    });
    expect(differing).toEqual([]);
  });

  test('every message can be said in both languages', async () => {
    const complaints = vi.spyOn(console, 'error');
    for (const [locale, messages] of Object.entries(await readBoth(page))) {
      const words = toWords(messages, locale) as unknown as Record<'rich', (key: string, values: object) => unknown>;
      for (const [key, text] of Object.entries(messages)) {
        const values = toArguments(text).map((name) => [name.replace(/[<>]/g, ''), toValue(name, text)]);
        words.rich(key, Object.fromEntries(values));
      }
    }
    expect(complaints.mock.calls).toEqual([]);
    complaints.mockRestore();
  });
});

test('the choice goes before the browser, the first language we speak before the next, English last', () => {
  expect(toLocale('de', ['en-US'])).toBe('de');
  expect(toLocale(null, ['fr-FR', 'de-AT', 'en'])).toBe('de');
  expect(toLocale('xx', ['ja'])).toBe('en');
});

test('dates and figures follow the region of the browser where it is one of the language', () => {
  expect(toRegion('en', ['de-DE', 'en-IN'])).toBe('en-IN');
  expect(toRegion('de', ['en-US'])).toBe('de-DE');
  expect(toRegion('en', ['en-US@posix'])).toBe('en-GB');
});

test('a message that asks for more than its translation goes red', () => {
  expect(toArguments('{count, plural, one {# open of {name}} other {# opens}} <link>why</link>')).toEqual([
    '<link>',
    'count',
    'name',
  ]);
  expect(toArguments('plain')).toEqual([]);
});

async function readBoth(page: PageName): Promise<Record<'en' | 'de', Record<string, string>>> {
  const [en, de] = await Promise.all([CATALOGUE[page].en(), CATALOGUE[page].de()]);
  return { en, de } as Record<'en' | 'de', Record<string, string>>;
}

/** The names that a message asks for: arguments, and the tags around its parts. */
function toArguments(text: string): string[] {
  const names = [...text.matchAll(/<(\w+)>/g)].map((found) => `<${found[1]}>`);
  const open: ('argument' | 'text')[] = [];
  for (const [index, sign] of [...text].entries()) {
    if (sign === '}') open.pop();
    if (sign !== '{') continue;
    // Inside an argument's braces, as in `{count, plural, one {…}}`, a brace opens the text of a choice.
    const isText = open.at(-1) === 'argument';
    open.push(isText ? 'text' : 'argument');
    if (!isText) names.push(/^\s*(\w+)/.exec(text.slice(index + 1))?.[1] ?? '');
  }
  return [...new Set(names)].sort();
}

function toValue(name: string, text: string): unknown {
  if (name.startsWith('<')) return (part: unknown) => part;
  return new RegExp(`\\{\\s*${name},\\s*(plural|number|selectordinal)`).test(text) ? 2 : 'x';
}
