import { ALLOWED_ELEMENTS, type AllowedElement, HOLDS_INLINE_ONLY } from './allowed-html.ts';
import { findAttributeFault } from './find-attribute-fault.ts';
import { type Part, parseMergeText } from './parse-merge-text.ts';
import { TemplateError } from './template-error.ts';

// In: HTML that a person wrote. Out: a tree of allowed elements, which alone is ever rendered: what comes out is written
// anew from the tree. What must never happen: guessing. Whatever is not recognised is an error that names it; nothing is
// stripped, since what is left of a stripped attack has been an attack before.

export type TemplateNode = TextNode | ElementNode | SectionNode;
export interface TextNode {
  readonly kind: 'text';
  readonly parts: readonly Part[];
}
export interface ElementNode {
  readonly kind: 'element';
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, parts: readonly Part[]])[];
  readonly children: readonly TemplateNode[];
}
/** `{{#phone}}…{{/phone}}`: what is left out when the field is empty. */
export interface SectionNode {
  readonly kind: 'section';
  readonly name: string;
  readonly children: readonly TemplateNode[];
}

export const TEMPLATE_CHARS_MAX = 50_000;
const DEPTH_MAX = 40;
const FINDINGS_MAX = 10;

/** Throws TemplateError `unsafe_html` with up to ten findings, each with its line. */
export function parseTemplate(html: string): readonly TemplateNode[] {
  const scan: Scan = { html, at: 0, findings: [], open: [{ name: '', kind: 'root', children: [], attributes: [] }] };
  if (html.length > TEMPLATE_CHARS_MAX) fail(scan, `longer than ${TEMPLATE_CHARS_MAX} characters`);
  while (scan.at < html.length) {
    if (html.startsWith('<', scan.at)) readTag(scan);
    else if (html.startsWith('{{#', scan.at) || html.startsWith('{{/', scan.at)) readSectionMark(scan);
    else readText(scan);
  }
  const left = scan.open.at(-1);
  if (left !== undefined && left.kind !== 'root') fail(scan, `${toName(left)} is never closed`);
  if (scan.findings.length > 0) throw new TemplateError('unsafe_html', scan.findings);
  return scan.open[0]?.children ?? [];
}

interface OpenNode {
  readonly kind: 'root' | 'element' | 'section';
  readonly name: string;
  readonly attributes: ElementNode['attributes'];
  readonly children: TemplateNode[];
}

interface Scan {
  readonly html: string;
  at: number;
  readonly findings: string[];
  readonly open: OpenNode[];
}

/** What stops the reading: from here on nothing could be told apart reliably. */
function fail(scan: Scan, finding: string): never {
  note(scan, finding);
  throw new TemplateError('unsafe_html', scan.findings);
}

function note(scan: Scan, finding: string): void {
  const line = scan.html.slice(0, scan.at).split('\n').length;
  scan.findings.push(`line ${line}: ${finding}`);
  if (scan.findings.length >= FINDINGS_MAX) throw new TemplateError('unsafe_html', scan.findings);
}

/** Matches at the present place and moves past it. */
function take(scan: Scan, sticky: RegExp): RegExpExecArray | null {
  sticky.lastIndex = scan.at;
  const match = sticky.exec(scan.html);
  if (match !== null) scan.at = sticky.lastIndex;
  return match;
}

function readTag(scan: Scan): void {
  const closing = take(scan, /<\/([a-zA-Z][a-zA-Z0-9]{0,20})\s*>/y);
  if (closing !== null) close(scan, 'element', (closing[1] ?? '').toLowerCase());
  else readOpening(scan);
}

function readOpening(scan: Scan): void {
  const opening = take(scan, /<([a-zA-Z][a-zA-Z0-9:-]{0,40})(?=[\s/>])/y);
  if (opening === null)
    fail(scan, 'a "<" that begins no element; comments are not allowed, and a plain one is written &lt;');
  const name = (opening[1] ?? '').toLowerCase();
  const allowed = Object.hasOwn(ALLOWED_ELEMENTS, name) ? ALLOWED_ELEMENTS[name] : undefined;
  if (allowed === undefined) note(scan, `<${name}> is not allowed`);
  const attributes = readAttributes(scan, name, allowed);
  const isSelfClosed = take(scan, /\s*(\/?)>/y);
  if (isSelfClosed === null) fail(scan, `<${name}> has an attribute without a quoted value`);
  if (allowed === undefined) return;
  checkPlace(scan, name, allowed);
  const node: OpenNode = { kind: 'element', name, attributes, children: [] };
  if (allowed.kind === 'void') return void scan.open.at(-1)?.children.push(toNode(node));
  if (isSelfClosed[1] === '/') fail(scan, `<${name}/> cannot be empty: close it by </${name}>`);
  if (scan.open.length > DEPTH_MAX) fail(scan, `more than ${DEPTH_MAX} elements inside each other`);
  scan.open.push(node);
}

function readAttributes(scan: Scan, element: string, allowed: AllowedElement | undefined): ElementNode['attributes'] {
  const attributes: [string, readonly Part[]][] = [];
  for (;;) {
    const match = take(scan, /\s+([a-zA-Z_:@][\w:.@-]{0,60})\s*=\s*(?:"([^"]*)"|'([^']*)')/y);
    if (match === null) break;
    const name = (match[1] ?? '').toLowerCase();
    if (allowed === undefined) continue;
    if (!allowed.attributes.includes(name)) note(scan, `<${element}> may have no attribute ${name}`);
    else if (attributes.some(([known]) => known === name)) note(scan, `<${element}> has ${name} twice`);
    else {
      const parts = readParts(scan, match[2] ?? match[3] ?? '');
      const fault = findAttributeFault(element, name, parts);
      if (fault !== null) note(scan, `<${element}> ${name}: ${fault}`);
      attributes.push([name, parts]);
    }
  }
  for (const name of allowed?.required ?? [])
    if (!attributes.some(([known]) => known === name)) note(scan, `<${element}> needs the attribute ${name}`);
  return attributes;
}

function readParts(scan: Scan, text: string): readonly Part[] {
  const { parts, fault } = parseMergeText(text);
  if (fault !== null) note(scan, fault);
  return parts;
}

/** Only what an HTML parser leaves where it stands: it would move or close anything else. */
function checkPlace(scan: Scan, name: string, allowed: AllowedElement): void {
  const parents = scan.open.filter((node) => node.kind === 'element').map((node) => node.name);
  const parent = parents.at(-1) ?? '';
  const children = Object.hasOwn(ALLOWED_ELEMENTS, parent) ? (ALLOWED_ELEMENTS[parent]?.children ?? null) : null;
  if (children !== null && !children.includes(name)) note(scan, `<${name}> cannot stand directly in <${parent}>`);
  if (children === null && ['thead', 'tbody', 'tfoot', 'tr', 'td', 'th'].includes(name))
    note(scan, `<${name}> belongs into a table`);
  const isBlock = allowed.kind === 'block' || allowed.kind === 'table' || name === 'hr';
  if (children === null && isBlock && HOLDS_INLINE_ONLY.has(parent))
    note(scan, `<${name}> cannot stand in <${parent}>`);
  if (name === 'a' && parents.includes('a')) note(scan, 'a link cannot stand in a link');
}

function readSectionMark(scan: Scan): void {
  const match = take(scan, /\{\{([#/])\s*([a-z][a-z0-9_]{0,39})\s*\}\}/y);
  if (match === null) fail(scan, 'a section is written {{#field}}…{{/field}}');
  const name = match[2] ?? '';
  if (match[1] === '/') {
    close(scan, 'section', name);
    return;
  }
  if (scan.open.length > DEPTH_MAX) fail(scan, `more than ${DEPTH_MAX} elements inside each other`);
  scan.open.push({ kind: 'section', name, attributes: [], children: [] });
}

function readText(scan: Scan): void {
  const [text = ''] = take(scan, /(?:(?!\{\{[#/])[^<])+/y) ?? [];
  const parts = readParts(scan, text);
  const parent = scan.open.filter((node) => node.kind === 'element').at(-1)?.name ?? '';
  const isBetweenRows = ALLOWED_ELEMENTS[parent]?.children != null;
  const isBlank = parts.every((part) => 'text' in part && part.text.trim() === '');
  if (isBetweenRows && !isBlank) note(scan, `text cannot stand directly in <${parent}>`);
  scan.open.at(-1)?.children.push({ kind: 'text', parts });
}

function close(scan: Scan, kind: 'element' | 'section', name: string): void {
  if (kind === 'element' && !Object.hasOwn(ALLOWED_ELEMENTS, name)) {
    note(scan, `</${name}> is not allowed`);
    return;
  }
  const node = scan.open.at(-1);
  if (node === undefined || node.kind !== kind || node.name !== name)
    fail(scan, `${kind === 'element' ? `</${name}>` : `{{/${name}}}`} closes nothing that is open here`);
  scan.open.pop();
  scan.open.at(-1)?.children.push(toNode(node));
}

function toNode({ kind, name, attributes, children }: OpenNode): TemplateNode {
  return kind === 'section' ? { kind, name, children } : { kind: 'element', name, attributes, children };
}

function toName(node: OpenNode): string {
  return node.kind === 'section' ? `{{#${node.name}}}` : `<${node.name}>`;
}
