import { type ESTree, parseSync, Visitor } from 'vite';

/**
 * Texts for people that stand in a screen's code instead of the catalogue of messages, as `web/x.tsx:12 "Save"`: words
 * between tags, words in a property that people read or hear, and whole sentences anywhere else in the file.
 */
export function findLiteralTexts(path: string, text: string): readonly string[] {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const found = new Map<number, string>();
  const take = (node: ESTree.Node | null | undefined, isText: (words: string) => boolean) => {
    for (const { words, start } of toLiterals(node)) if (isText(words) && !NAMES.test(words)) found.set(start, words);
  };
  new Visitor({
    JSXText: (node) => {
      if (hasWord(node.value) && !NAMES.test(node.value.trim())) found.set(node.start, node.value.trim());
    },
    JSXExpressionContainer: (node) => take(node.expression, isSentence),
    JSXAttribute: (node) => {
      if (node.name.type === 'JSXIdentifier' && READ_OR_HEARD.test(node.name.name)) take(node.value, hasWord);
    },
    Literal: (node) => take(node, isSentence),
    TemplateLiteral: (node) => take(node, isSentence),
  }).visit(program);
  return [...found].map(([start, words]) => `${path}:${text.slice(0, start).split('\n').length} "${words}"`);
}

/** Names of products, what stands on a key, and what is typed as it stands in every language. */
const NAMES = /^(MailTracker|Ctrl K|Outlook, Gmail…?|\w+ = https:…?.*|https:\/\/…?)$/;
const READ_OR_HEARD =
  /^(aria-label|aria-description|aria-valuetext|title|alt|placeholder|label|description|caption|lead|what|caveat|submitLabel|copyLabel|nothingFoundMessage)$/;

function hasWord(words: string): boolean {
  return /\p{L}{2}/u.test(words);
}

/** Begins as a sentence does and goes on to a second word. */
function isSentence(words: string): boolean {
  return /^\s*\p{Lu}[\p{L}’']*[ ,.:]+\p{L}/u.test(words);
}

function toLiterals(node: ESTree.Node | null | undefined): { words: string; start: number }[] {
  if (!node) return [];
  if (node.type === 'Literal') return typeof node.value === 'string' ? [{ words: node.value, start: node.start }] : [];
  if (node.type === 'TemplateLiteral')
    return [{ words: node.quasis.map(({ value }) => value.raw).join('…'), start: node.start }];
  if (node.type === 'JSXExpressionContainer') return toLiterals(node.expression);
  if (node.type === 'ConditionalExpression') return [...toLiterals(node.consequent), ...toLiterals(node.alternate)];
  if (node.type === 'LogicalExpression') return [...toLiterals(node.left), ...toLiterals(node.right)];
  return [];
}
