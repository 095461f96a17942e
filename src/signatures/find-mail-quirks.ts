import type { Part } from './parse-merge-text.ts';
import type { ElementNode, TemplateNode } from './parse-template.ts';

// In: a template that may be kept. Out: what the big mail programs will draw otherwise than a browser does, in words for
// its author; empty when all of them agree. These are warnings: nothing here is unsafe, and nothing is refused for it.
// Sources: Microsoft, "Word HTML and CSS Rendering Capabilities in Outlook"; Google, "CSS Support" of Gmail for developers.

const QUIRKS_MAX = 20;

export function findMailQuirks(nodes: readonly TemplateNode[]): readonly string[] {
  const quirks = new Set<string>();
  const visit = (node: TemplateNode): void => {
    if (node.kind === 'text') return;
    if (node.kind === 'element') for (const quirk of findElementQuirks(node)) quirks.add(quirk);
    for (const child of node.children) visit(child);
  };
  for (const node of nodes) visit(node);
  return [...quirks].slice(0, QUIRKS_MAX);
}

/** Word knows these and draws without them; what stays is plainer, not broken. */
const HARMLESS = new Set(['border-radius', 'max-width', 'word-break', 'outline', 'letter-spacing', 'direction']);
/** Word's rendering engine takes these where they are allowed at all. */
const WORD_TAKES = new Set([
  ...['background-color', 'border-collapse', 'border-spacing', 'color', 'display', 'height', 'line-height', 'width'],
  ...['text-align', 'text-decoration', 'text-transform', 'vertical-align', 'white-space'],
]);
const FAMILIES = /^(font|border|margin|padding|mso)(-|$)/;
const PADDED = new Set(['td', 'th']);
const SIZED = new Set(['table', 'td', 'th', 'img']);

function findElementQuirks(node: ElementNode): readonly string[] {
  const { name } = node;
  const say = (words: string): string => `<${name}> ${words}`;
  const quirks: string[] = [];
  if (name === 'table') quirks.push(...findTableQuirks(node).map(say));
  if (/^#[\da-f]{3}$/i.test(readText(node, 'bgcolor') ?? ''))
    quirks.push(say('bgcolor: Outlook reads six digits, such as #2b6cb0'));
  for (const [property, value] of toStyles(node)) {
    const fault = findStyleQuirk(node, property, value);
    if (fault !== null) quirks.push(say(`${property}: ${fault}`));
  }
  return quirks;
}

function findTableQuirks(node: ElementNode): readonly string[] {
  const quirks = [];
  if (readText(node, 'role') !== 'presentation')
    quirks.push('without role="presentation" is read aloud as a table of figures');
  for (const name of ['cellpadding', 'cellspacing', 'border'])
    if (readText(node, name) === null) quirks.push(`needs the attribute ${name}, or Outlook draws its own`);
  return quirks;
}

function findStyleQuirk(node: ElementNode, property: string, value: string): string | null {
  const { name } = node;
  if (/\b\d*\.?\d+(rem|vw|vh|vmin|vmax|ch)\b/.test(value)) return 'Outlook does not know this unit; use px';
  if (/rgba?\(/i.test(value)) return 'Outlook does not know rgb( ) colours; write #2b6cb0';
  if (property.startsWith('margin') && /(^|\s)-/.test(value)) return 'Gmail leaves out what is below zero';
  if (property === 'display' && !/^(block|inline)$/.test(value)) return `Outlook does not know ${value}; use a table`;
  if (property.startsWith('padding') && !PADDED.has(name)) return 'Outlook pads cells only; put it on a <td>';
  if (property.startsWith('margin') && name !== 'p' && name !== 'div' && !/^0(px)?$/.test(value))
    return 'Outlook keeps margins of <p> and <div> only';
  if ((property === 'width' || property === 'height') && !isSizeTaken(node, property))
    return 'Outlook sizes by the attribute of a table, a cell or an image only';
  if (HARMLESS.has(property) || WORD_TAKES.has(property) || FAMILIES.test(property)) return null;
  return 'Outlook leaves it out';
}

/** The attribute says the same as the style: then it does not matter which of them is read. */
function isSizeTaken(node: ElementNode, property: 'width' | 'height'): boolean {
  return SIZED.has(node.name) && readText(node, property) !== null;
}

function toStyles(node: ElementNode): readonly (readonly [property: string, value: string])[] {
  return (readText(node, 'style') ?? '').split(';').flatMap((declaration) => {
    const [property = '', ...value] = declaration.split(':');
    return property.trim() === '' ? [] : [[property.trim().toLowerCase(), value.join(':').trim()] as const];
  });
}

/** An attribute without merge fields. */
function readText(node: ElementNode, name: string): string | null {
  const parts: readonly Part[] | undefined = node.attributes.find(([known]) => known === name)?.[1];
  if (parts === undefined) return null;
  return parts.map((part) => ('text' in part ? part.text : '')).join('');
}
