import { createTranslator } from 'use-intl/core';

export type Messages = Readonly<Record<string, string>>;

/** Null when the sentence is none of the English ones. */
export function translateServer(sentence: string, english: Messages, own: Messages): string | null {
  for (const { key, pattern } of toPatterns(english)) {
    const found = pattern.exec(sentence);
    if (found === null) continue;
    const values = found.groups ?? {};
    const inner = key === 'expected' ? translateServer(values.what ?? '', english, own) : null;
    const said = inner === null ? values : { ...values, what: inner };
    const say = createTranslator({ locale: 'en', messages: own }) as unknown as (name: string, args: object) => string;
    return say(key, said);
  }
  return null;
}

interface Pattern {
  readonly key: string;
  readonly pattern: RegExp;
}

let known: { readonly of: Messages; readonly patterns: readonly Pattern[] } | null = null;

/** Those with most words of their own first: `{what} was not found.` fits much. */
function toPatterns(english: Messages): readonly Pattern[] {
  if (known?.of === english) return known.patterns;
  const patterns = Object.entries(english)
    .sort(([, one], [, other]) => toOwnLength(other) - toOwnLength(one))
    .map(([key, text]) => ({ key, pattern: new RegExp(`^${toSource(text)}$`, 'su') }));
  known = { of: english, patterns };
  return patterns;
}

function toOwnLength(text: string): number {
  return text.replace(/\{\w+\}/g, '').length;
}

function toSource(text: string): string {
  return text
    .split(/(\{\w+\})/)
    .map((part) =>
      /^\{\w+\}$/.test(part) ? `(?<${part.slice(1, -1)}>.+?)` : part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
    )
    .join('');
}
