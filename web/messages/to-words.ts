import { createTranslator } from 'use-intl/core';
import { region } from './locale.ts';

/** Says a message of one page by its key, with the arguments that its text asks for. */
export type WordsOf<Messages extends Record<string, unknown>> = ReturnType<typeof createTranslator<Messages>>;

/** Makes a page's messages speak. Parts of a page get this from `useWords`; tests call it with the messages themselves. */
export function toWords<const Messages extends Record<string, unknown>>(
  messages: Messages,
  locale: string = region,
): WordsOf<Messages> {
  return createTranslator<Messages>({ locale, messages });
}
