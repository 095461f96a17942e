import { ALLOWED_ELEMENTS } from './allowed-html.ts';
import { escapeHtml, toOneLine } from './escape-html.ts';
import { isWebAddress } from './find-attribute-fault.ts';
import { type MergeValues, toFieldValue } from './merge-fields.ts';
import type { Part } from './parse-merge-text.ts';
import type { ElementNode, TemplateNode } from './parse-template.ts';

/** The template's HTML with the fields filled in: written from the tree, every value escaped for where it stands. */
export function renderTemplate(nodes: readonly TemplateNode[], values: MergeValues): string {
  return nodes.map((node) => renderNode(node, values)).join('');
}

function renderNode(node: TemplateNode, values: MergeValues): string {
  if (node.kind === 'text') return node.parts.map((part) => renderPart(part, values)).join('');
  if (node.kind === 'section')
    return toOneLine(toFieldValue(values, node.name)) === '' ? '' : renderTemplate(node.children, values);
  const inside = renderTemplate(node.children, values);
  const href = toHref(node, values);
  if (node.name === 'a' && href === null) return inside;
  const attributes = node.attributes.map(([name, parts]) => {
    const value = name === 'href' ? (href ?? '') : parts.map((part) => toText(part, values)).join('');
    return ` ${name}="${escapeHtml(value)}"`;
  });
  const start = `<${node.name}${attributes.join('')}`;
  return ALLOWED_ELEMENTS[node.name]?.kind === 'void' ? `${start} />` : `${start}>${inside}</${node.name}>`;
}

/** Literal text keeps its spaces and line ends, which mean nothing in HTML but are the author's. */
function renderPart(part: Part, values: MergeValues): string {
  if ('field' in part) return escapeHtml(toFieldValue(values, part.field));
  return part.text.replace(/[^\n\t]+/g, (line) => escapeLiteral(line));
}

function escapeLiteral(line: string): string {
  return line
    .replace(/[&<>"']/g, (character) => escapeHtml(character))
    .replaceAll('\u00a0', '&nbsp;')
    .replaceAll('\r', '');
}

function toText(part: Part, values: MergeValues): string {
  return 'text' in part ? part.text : toOneLine(toFieldValue(values, part.field));
}

/** Null for an element without a link, and for a link whose field is empty: its words stay, without the link. */
export function toHref(node: ElementNode, values: MergeValues): string | null {
  const parts = node.attributes.find(([name]) => name === 'href')?.[1];
  const [first] = parts ?? [];
  if (parts === undefined || first === undefined) return null;
  if ('field' in first) {
    const address = toOneLine(toFieldValue(values, first.field));
    return isWebAddress(address) ? address : null;
  }
  const encode = first.text.toLowerCase().startsWith('tel:') ? toDigits : toUrlText;
  const filled = parts.map((part) => ('text' in part ? part.text : encode(toFieldValue(values, part.field))));
  return filled.some((text, index) => text === '' && 'field' in (parts[index] ?? {})) ? null : filled.join('').trim();
}

function toDigits(phone: string): string {
  const digits = phone.replace(/\D/g, '');
  if (digits.length < 3) return '';
  return `${phone.trim().startsWith('+') ? '+' : ''}${digits}`;
}

/** `@` stays for mail addresses; a lone surrogate, which cannot be encoded, goes. */
function toUrlText(value: string): string {
  return encodeURIComponent(toOneLine(value).replace(/[\ud800-\udfff]/gu, '')).replaceAll('%40', '@');
}
