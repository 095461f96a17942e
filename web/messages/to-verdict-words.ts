import type { Catalogue } from './catalogue.ts';
import type { Words } from './use-words.ts';

/** Why an open was judged as it was. A code that a newer server stored is said as that server says it. */
export function toVerdictWords(words: Words<'reasons'>, code: string, sentence: string): string {
  return words.has(code as keyof Catalogue['reasons']) ? words(code as keyof Catalogue['reasons']) : sentence;
}
