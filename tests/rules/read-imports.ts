import { type Token, tokenize } from './tokenize.ts';

/**
 * Every way in which a file reaches another: static imports, re-exports, type imports, dynamic imports and type
 * queries, `require`, and `new URL('./x', import.meta.url)` as used for worker files. `specifier` is null where the
 * text does not name the other file, which the caller has to refuse.
 */
export function readImports(text: string): readonly Import[] {
  const tokens = tokenize(text);
  return tokens.flatMap((token, index) => {
    if (token.kind !== 'word') return [];
    if (token.text === 'from' || token.text === 'import') return toImport(tokens, index);
    if (CALLS.includes(token.text) && tokens[index + 1]?.text === '(') return toCall(tokens, index + 2, token.line);
    if (token.text === 'new' && tokens[index + 1]?.text === 'URL') return toFileAddress(tokens, index + 2);
    return [];
  });
}

export interface Import {
  readonly specifier: string | null;
  readonly line: number;
}

const CALLS = ['require', 'require.resolve', 'import.meta.resolve'];

/** `import './x'`, `import('./x')`, and the `from './x'` that ends every other import and each re-export. */
function toImport(tokens: readonly Token[], index: number): readonly Import[] {
  const next = tokens[index + 1];
  const line = tokens[index]?.line ?? 0;
  if (next?.kind === 'string') return [{ specifier: next.text, line }];
  if (tokens[index]?.text === 'import' && next?.text === '(') return toCall(tokens, index + 2, line);
  return [];
}

/** The call's first argument, which must be one literal and nothing else. */
function toCall(tokens: readonly Token[], index: number, line: number): readonly Import[] {
  const argument = tokens[index];
  const end = tokens[index + 1]?.text;
  const isLiteral = argument?.kind === 'string' && (end === ')' || end === ',');
  return [{ specifier: isLiteral ? argument.text : null, line }];
}

/** All literals of the first argument, so that a choice between `./x.ts` and `./x.js` is seen as both. */
function toFileAddress(tokens: readonly Token[], index: number): readonly Import[] {
  const end = tokens.findIndex(
    (token, at) => at > index && token.text === ')' && isBalanced(tokens.slice(index, at + 1)),
  );
  const inside = tokens.slice(index + 1, end);
  const base = inside.findLastIndex((token, at) => token.text === 'import.meta.url' && inside[at - 1]?.text === ',');
  if (base < 0) return [];
  const line = tokens[index]?.line ?? 0;
  const literals = inside.slice(0, base).filter((token) => token.kind === 'string' && token.text.startsWith('.'));
  if (literals.length === 0) return [{ specifier: null, line }];
  return literals.map((token) => ({ specifier: token.text, line }));
}

function isBalanced(tokens: readonly Token[]): boolean {
  const count = (sign: string) => tokens.filter((token) => token.kind === 'sign' && token.text === sign).length;
  return count('(') === count(')');
}
