import { toOneLine } from './escape-html.ts';
import { type MergeValues, toFieldValue } from './merge-fields.ts';
import type { ElementNode, TemplateNode } from './parse-template.ts';
import { toHref } from './render-template.ts';

/**
 * The plain-text twin: one line a row, web links behind their words, images by nothing. It begins with two dashes and
 * a space, the line by which mail clients know a signature (RFC 3676).
 */
export function renderTemplateText(nodes: readonly TemplateNode[], values: MergeValues): string {
  const lines = renderAll(nodes, values)
    .split('\n')
    .map(toOneLine)
    .filter((line) => line !== '');
  return `${['-- ', ...lines].join('\n')}\n`;
}

/** Elements that begin and end a line. A cell does not: cells of one row stand beside each other. */
const LINES = new Set(['table', 'tr', 'div', 'p', 'hr']);

function renderAll(nodes: readonly TemplateNode[], values: MergeValues): string {
  return nodes.map((node) => renderNode(node, values)).join('');
}

function renderNode(node: TemplateNode, values: MergeValues): string {
  if (node.kind === 'text')
    return node.parts
      .map((part) => toOneLineKept('text' in part ? part.text : toFieldValue(values, part.field)))
      .join('');
  if (node.kind === 'section')
    return toOneLine(toFieldValue(values, node.name)) === '' ? '' : renderAll(node.children, values);
  return renderElement(node, renderAll(node.children, values), values);
}

function renderElement(node: ElementNode, inside: string, values: MergeValues): string {
  if (node.name === 'br') return '\n';
  if (LINES.has(node.name)) return `\n${inside}\n`;
  if (node.name === 'td' || node.name === 'th') return ` ${inside} `;
  const href = node.name === 'a' ? toHref(node, values) : null;
  if (href === null || !/^https?:/i.test(href)) return inside;
  const words = toOneLine(inside);
  return words === '' || href.includes(words) ? href : `${inside} (${href})`;
}

/** Line ends of the source and of values are spaces; spaces at the edges part words and stay. */
function toOneLineKept(text: string): string {
  const line = toOneLine(text);
  const before = /^\s/.test(text) ? ' ' : '';
  const after = /\s$/.test(text) ? ' ' : '';
  return line === '' ? before : `${before}${line}${after}`;
}
