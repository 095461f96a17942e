import { NAMED_CHARACTERS } from './allowed-html.ts';

/** Literal text, its character references resolved, or a merge field. */
export type Part = { readonly text: string } | { readonly field: string };

/** Splits text at `{{field}}`. `fault` says what cannot be read; the parts before it are still answered. */
export function parseMergeText(source: string): { readonly parts: readonly Part[]; readonly fault: string | null } {
  const parts: Part[] = [];
  for (const [index, piece] of source.split('{{').entries()) {
    if (index === 0) {
      const { text, fault } = decode(piece);
      if (fault !== null) return { parts, fault };
      if (text !== '') parts.push({ text });
      continue;
    }
    const match = /^\s*([a-z][a-z0-9_]{0,39})\s*\}\}/.exec(piece);
    if (match === null)
      return { parts, fault: `"{{${piece.slice(0, 20)}" is no merge field; one is written {{full_name}}` };
    parts.push({ field: match[1] ?? '' });
    const { text, fault } = decode(piece.slice(match[0].length));
    if (fault !== null) return { parts, fault };
    if (text !== '') parts.push({ text });
  }
  return { parts, fault: null };
}

function decode(source: string): { readonly text: string; readonly fault: string | null } {
  let fault: string | null = null;
  const text = source.replace(/&(?:(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{1,20});)?/gi, (whole, name: string | undefined) => {
    const character = name === undefined ? null : toCharacter(name);
    if (character === null) fault ??= `${whole} is no known character; "&" itself is written &amp;`;
    return character ?? '';
  });
  if (HIDDEN.test(text)) fault ??= 'a control character, or one that turns the writing direction';
  return { text, fault };
}

/** Control characters besides tab and line ends, and the marks that turn the writing direction. */
const HIDDEN = /[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]/u;

function toCharacter(name: string): string | null {
  if (!name.startsWith('#')) return Object.hasOwn(NAMED_CHARACTERS, name) ? (NAMED_CHARACTERS[name] ?? null) : null;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
  return String.fromCodePoint(code);
}
