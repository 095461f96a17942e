/**
 * Splits TypeScript and TSX into words, strings and signs, without comments. TypeScript 7 offers no compiler API, and
 * the rules of the house need no more than this. It throws where a text ends inside a comment or a template, so that
 * a file it cannot follow is never taken for a clean one.
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const templates: number[] = [];
  const cursor = { text, at: 0, line: 1 };
  while (cursor.at < text.length) readNext(cursor, tokens, templates);
  if (templates.length > 0) throw new Error('the text ends inside a template');
  return tokens;
}

/** `string`: a literal's content, or a template's fixed piece before its first or next substitution. */
export interface Token {
  readonly kind: 'word' | 'string' | 'sign';
  readonly text: string;
  readonly line: number;
}

interface Cursor {
  readonly text: string;
  at: number;
  line: number;
}

const WORD = /[\p{ID_Start}$_#@\d][\p{ID_Continue}$.]*/uy;
const STRING = /(['"])((?:\\[\s\S]|(?!\1)[^\\\n])*)\1/y;
const REGEX = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const TEMPLATE_PIECE = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y;
const BEFORE_MODULE = /^(?:from|import)$/;
// After one of these a slash begins a regular expression; after a name, a number or a closing bracket it divides.
// `}` and `>` are left out for JSX, where `/>` follows them; an arrow is looked at by itself.
const BEFORE_REGEX = /^(?:[(,=:[!&|?{;+\-*%^~]|return|typeof|case|do|else|in|of|void|await|yield|delete|throw|new)$/;

function readNext(cursor: Cursor, tokens: Token[], templates: number[]): void {
  const { text, at } = cursor;
  const sign = text[at] ?? '';
  if (sign === '\n') cursor.line += 1;
  if (/\s/.test(sign)) cursor.at += 1;
  else if (text.startsWith('//', at) && !isInsideAddress(text, at)) skipTo(cursor, '\n', 0);
  else if (text.startsWith('/*', at)) skipTo(cursor, '*/', 2);
  else if (sign === '`') readTemplatePiece(cursor, tokens, templates);
  else if (sign === '}' && templates.at(-1) === 0) {
    templates.pop();
    readTemplatePiece(cursor, tokens, templates);
  } else readToken(cursor, tokens, templates);
}

function readToken(cursor: Cursor, tokens: Token[], templates: number[]): void {
  const { text, at, line } = cursor;
  const sign = text[at] ?? '';
  // A quote right after a letter is an apostrophe of JSX text: the formatter puts a space before every literal.
  const isApostrophe = /[\p{L}\d]/u.test(text[at - 1] ?? '') && !BEFORE_MODULE.test(tokens.at(-1)?.text ?? '');
  const string = isApostrophe ? null : match(STRING, text, at);
  const regex = sign === '/' && mayBeginRegex(tokens) ? match(REGEX, text, at) : null;
  const word = match(WORD, text, at);
  const taken = string?.[0] ?? regex?.[0] ?? word?.[0] ?? sign;
  if (string) tokens.push({ kind: 'string', text: string[2] ?? '', line });
  else if (regex) tokens.push({ kind: 'sign', text: '/regex/', line });
  else tokens.push({ kind: word ? 'word' : 'sign', text: taken, line });
  const depth = templates.length - 1;
  if (depth >= 0 && taken === '{') templates[depth] = (templates[depth] ?? 0) + 1;
  if (depth >= 0 && taken === '}') templates[depth] = (templates[depth] ?? 0) - 1;
  move(cursor, taken.length);
}

function mayBeginRegex(tokens: readonly Token[]): boolean {
  const before = tokens.at(-1)?.text ?? '(';
  return BEFORE_REGEX.test(before) || (before === '>' && tokens.at(-2)?.text === '=');
}

/** Reads from a backtick or from the brace that ends a substitution, to the next substitution or to the end. */
function readTemplatePiece(cursor: Cursor, tokens: Token[], templates: number[]): void {
  const { line } = cursor;
  move(cursor, 1);
  const piece = match(TEMPLATE_PIECE, cursor.text, cursor.at)?.[0] ?? '';
  tokens.push({ kind: 'string', text: piece, line });
  move(cursor, piece.length);
  if (cursor.text.startsWith('${', cursor.at)) {
    templates.push(0);
    tokens.push({ kind: 'sign', text: '${', line: cursor.line });
    move(cursor, 2);
  } else if (cursor.text[cursor.at] === '`') move(cursor, 1);
  else throw new Error(`the template of line ${line} does not end`);
}

/** `https://…` in JSX text is no comment. */
function isInsideAddress(text: string, at: number): boolean {
  return /[a-z]:$/.test(text.slice(Math.max(0, at - 6), at)) && /^\/\/[\w.-]/.test(text.slice(at, at + 3));
}

function skipTo(cursor: Cursor, end: string, endLength: number): void {
  const found = cursor.text.indexOf(end, cursor.at + endLength);
  if (found < 0 && endLength > 0) throw new Error(`the comment of line ${cursor.line} does not end`);
  move(cursor, (found < 0 ? cursor.text.length : found + endLength) - cursor.at);
}

function move(cursor: Cursor, length: number): void {
  const passed = cursor.text.slice(cursor.at, cursor.at + length);
  cursor.line += passed.split('\n').length - 1;
  cursor.at += length;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
