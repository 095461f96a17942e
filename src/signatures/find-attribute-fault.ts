import { ALLOWED_DISPLAYS, ALLOWED_STYLES, ATTRIBUTE_VALUES, STYLE_VALUE } from './allowed-html.ts';
import { isMemberField } from './merge-fields.ts';
import type { Part } from './parse-merge-text.ts';

/** What is wrong with an attribute's value, for the person who wrote it; null when it may stand. */
export function findAttributeFault(element: string, name: string, parts: readonly Part[]): string | null {
  if (name === 'href') return findLinkFault(parts);
  if (name === 'alt' || name === 'title') return null;
  const value = toLiteral(parts);
  if (value === null) return 'a merge field may stand in text, in href, alt and title only';
  if (name === 'src') return isWebAddress(value) ? null : 'an absolute address that begins with https:// or http://';
  if (name === 'style') return findStyleFault(value);
  if (element === 'img' && (name === 'width' || name === 'height') && !/^\d{1,4}$/.test(value))
    return 'a number of pixels, which Outlook needs';
  const rule = ATTRIBUTE_VALUES[name];
  return rule === undefined || rule[0].test(value) ? null : `expected ${rule[1]}`;
}

/** An absolute http or https address without a name and password in it. */
export function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/[^\s"'<>\\^`{|}]+$/i.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname } = new URL(text);
  return username === '' && password === '' && hostname !== '';
}

function toLiteral(parts: readonly Part[]): string | null {
  if (parts.length > 1) return null;
  const [part] = parts;
  if (part === undefined) return '';
  return 'text' in part ? part.text : null;
}

const LINK_EXPECTED =
  'a link begins with https://, http://, mailto: or tel:, or is one own field that holds such an address';

/** Merge fields stand behind the host or the scheme, where no value can change what is linked. */
function findLinkFault(parts: readonly Part[]): string | null {
  const [first, ...rest] = parts;
  if (first === undefined) return LINK_EXPECTED;
  if ('field' in first) return rest.length === 0 && !isMemberField(first.field) ? null : LINK_EXPECTED;
  const literal = toLiteral(parts);
  if (literal !== null && isWebAddress(literal)) return null;
  if (literal === null && /^https?:\/\/[^\s"'<>\\^`{|}/?#@]+[/?#]/i.test(first.text)) return null;
  const isPlain = parts.every((part) => 'field' in part || /^[\w\s.@+:?=&%,()/-]*$/.test(part.text));
  return isPlain && /^(mailto:|tel:)/i.test(first.text) ? null : LINK_EXPECTED;
}

function findStyleFault(value: string): string | null {
  for (const declaration of value.split(';')) {
    if (declaration.trim() === '') continue;
    const [property = '', ...rest] = declaration.split(':');
    const name = property.trim().toLowerCase();
    const setting = rest.join(':').trim();
    if (!ALLOWED_STYLES.has(name)) return `${name} is not allowed`;
    if (!STYLE_VALUE.test(setting)) return `the value of ${name} is not allowed`;
    if (name === 'display' && !ALLOWED_DISPLAYS.has(setting.toLowerCase()))
      return `display: ${setting} is not kept by mail clients`;
  }
  return null;
}
