import { use } from 'react';
import { CATALOGUE, type Catalogue, type PageName } from './catalogue.ts';
import { locale } from './locale.ts';
import { toWords, type WordsOf } from './to-words.ts';

// Every text of the screens comes from here: `const words = useWords('live')`, then `words('title')`, and
// `words.rich('more', { link: (text) => <Link …>{text}</Link> })` where a text holds parts of its own.

export type Words<Page extends PageName> = WordsOf<Catalogue[Page]>;

/** The messages of one page in the person's language. Suspends where they are not here yet; `loadWords` sees to it early. */
export function useWords<Page extends PageName>(page: Page): Words<Page> {
  const ready = spoken.get(page) ?? use(loadWords(page));
  return ready as Words<Page>;
}

/** Fetches a page's messages beside its code. Once they are here it costs nothing; after a failure it tries again. */
export function loadWords(page: PageName): Promise<unknown> {
  const known = loading.get(page);
  if (known) return known;
  // Where the other language cannot be fetched, English says it: what the frame needs is always here.
  const fetched = CATALOGUE[page][locale]().catch(() => CATALOGUE[page].en());
  const words = fetched.then((messages) => {
    const made = toWords(messages);
    spoken.set(page, made);
    return made;
  });
  loading.set(page, words);
  words.catch(() => loading.delete(page));
  return words;
}

/** Outside of React's parts, where `loadWords` has come back before. */
export function readWords<Page extends PageName>(page: Page): Words<Page> {
  const words = spoken.get(page);
  if (!words) throw new Error(`the messages of ${page} are not loaded`);
  return words as Words<Page>;
}

const spoken = new Map<PageName, unknown>();
const loading = new Map<PageName, Promise<unknown>>();
