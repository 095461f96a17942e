import { type ESTree, parseSync, Visitor } from 'vite';

// What the server says to people when it refuses: the words of its problems and of its errors, and what its schemas
// expect. Screens in other languages must be able to say each of them.

/** Stands for what a sentence is filled in with. */
export const FILLED = '7';

export interface ServerSentence {
  readonly file: string;
  readonly text: string;
}

/** Of the files, by path. A sentence that only a running server can put together is not found. */
export function findServerSentences(files: ReadonlyMap<string, string>): readonly ServerSentence[] {
  const parsed = [...files].map(([file, text]) => ({ file, program: parseSync(file, text).program }));
  const constants = new Map<string, ESTree.Node>();
  for (const { program } of parsed)
    new Visitor({
      VariableDeclarator: ({ id, init }) => {
        if (id.type === 'Identifier' && init && /^[A-Z][A-Z_]+$/.test(id.name)) constants.set(id.name, init);
      },
    }).visit(program);
  const found = new Map<string, string>();
  for (const { file, program } of parsed) {
    const take = (node: ESTree.Node | null | undefined) => {
      for (const text of toTexts(node, constants)) if (/\p{L}{2}/u.test(text)) found.set(text, file);
    };
    const isContract = file.startsWith('src/contract/');
    new Visitor({
      NewExpression: (node) => takeError(node, take),
      CallExpression: (node) => (isContract ? takeExpectation(node, take) : takeRefusal(node, take)),
      Property: (node) => {
        if (isContract && node.key.type === 'Identifier' && node.key.name === 'error') take(node.value);
      },
    }).visit(program);
  }
  return [...found].map(([text, file]) => ({ file, text }));
}

type Take = (node: ESTree.Node | null | undefined) => void;

const ERRORS = /^(Account|People|Campaign|Signal|Destination|Template|Erase)Error$/;

function takeError({ callee, arguments: given }: ESTree.NewExpression, take: Take): void {
  if (callee.type !== 'Identifier') return;
  if (ERRORS.test(callee.name) || callee.name === 'Problem') take(given[1]);
  if (callee.name === 'FileError') take(given[0]);
}

function takeRefusal({ callee, arguments: given }: ESTree.CallExpression, take: Take): void {
  if (callee.type !== 'Identifier') return;
  if (callee.name === 'forbidden') take(given[0]);
}

const CHECKS = /^(min|max|length|regex|refine)$/;
const FORMATS = /^(uuid|email|url|datetime|date)$/;

function takeExpectation({ callee, arguments: given }: ESTree.CallExpression, take: Take): void {
  if (callee.type === 'Identifier' && callee.name === 'wrong') take(given[1]);
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
  if (CHECKS.test(callee.property.name)) take(given[1]);
  if (FORMATS.test(callee.property.name) && given[0]?.type === 'Literal') take(given[0]);
}

function toTexts(node: ESTree.Node | null | undefined, constants: ReadonlyMap<string, ESTree.Node>): string[] {
  if (!node) return [];
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : [];
  if (node.type === 'TemplateLiteral') return [node.quasis.map(({ value }) => value.cooked ?? '').join(FILLED)];
  if (node.type === 'ConditionalExpression')
    return [...toTexts(node.consequent, constants), ...toTexts(node.alternate, constants)];
  if (node.type === 'LogicalExpression') return [...toTexts(node.left, constants), ...toTexts(node.right, constants)];
  if (node.type === 'ArrayExpression') return node.elements.flatMap((element) => toTexts(element, constants));
  if (node.type === 'Identifier' && constants.has(node.name)) return toTexts(constants.get(node.name), new Map());
  if (node.type === 'MemberExpression') return toTexts(node.object, constants);
  if (node.type === 'ObjectExpression')
    return node.properties.flatMap((property) => ('value' in property ? toTexts(property.value, constants) : []));
  return [];
}
