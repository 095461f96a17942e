import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readText } from './source-files.ts';

/** A command that a page shows, and how it shows it. */
export interface Shown {
  readonly page: string;
  readonly text: string;
  /** In a block marked `sh`, which tests/journeys/docs.test.ts types. */
  readonly isTyped: boolean;
}

/** Every page that is written for people. */
export function listPages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true }).map((name) => `docs/${name}`);
  const benches = readdirSync(join(ROOT, 'bench')).map((name) => `bench/${name}`);
  const found = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...docs, ...benches];
  return found.filter((name) => name.endsWith('.md')).sort();
}

/** The commands of a page: lines of its blocks, and what stands between single backticks. */
export function readCommands(page: string, text = readText(ROOT, page)): Shown[] {
  const blocks = readBlocks(text).filter(({ language }) => language === 'sh' || language === '');
  const lines = blocks.flatMap((block) =>
    block.text.split('\n').map((line) => ({ line: toCommand(line), isTyped: block.language === 'sh' })),
  );
  const inBlocks = lines
    .filter(({ line, isTyped }) => (isTyped ? line !== '' : COMMAND.test(line)))
    .map(({ line, isTyped }) => ({ page, text: line, isTyped }));
  const inline = [...text.replace(BLOCK, '').matchAll(/`([^`\n]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => COMMAND.test(code))
    .map((code) => ({ page, text: code, isTyped: false }));
  return [...inBlocks, ...inline];
}

/** The commands in the comments of a file that is no page: indented lines, `#   docker build .` */
export function readCommentedCommands(path: string): Shown[] {
  return [...readText(ROOT, path).matchAll(/^(?:#|\/\/) {1,3}(\S.*)$/gm)]
    .map(([, line = '']) => toCommand(line))
    .filter((line) => COMMAND.test(line))
    .map((text) => ({ page: path, text, isTyped: false }));
}

export function readBlocks(text: string): { readonly language: string; readonly text: string }[] {
  return [...text.matchAll(BLOCK)].map(([, indent = '', language = '', body = '']) => ({
    language,
    text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

const BLOCK = /^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;
/** Begins with a program that pages tell to run, settings before it or not; or is several settings to start with. */
const COMMAND =
  /^([A-Z_]+=\S+ )*((npm|npx|docker|curl|sh|bash|systemctl|useradd|mkdir|install|cp|git|promtool|export) |node bin\/|mailtracker [a-z-]|[A-Z_]+=\S+ [A-Z_]+=)/;

/** Without the remark at its end. */
function toCommand(line: string): string {
  return line.replace(/ +#.*$/, '').trim();
}
