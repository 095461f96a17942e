import { isWebAddress } from './find-attribute-fault.ts';
import { isMemberField, MEMBER_FIELDS, OWN_FIELD_CHARS_MAX, OWN_FIELD_NAME, OWN_FIELDS_MAX } from './merge-fields.ts';
import type { Part } from './parse-merge-text.ts';
import { parseTemplate, type TemplateNode } from './parse-template.ts';
import { TemplateError } from './template-error.ts';

/**
 * Reads a template and makes sure that every merge field is known and every link by an own field is one. Throws
 * TemplateError `unsafe_html`, `own_field` or `unknown_field`; the message names what to change.
 */
export function checkTemplate(html: string, ownFields: Readonly<Record<string, string>>): readonly TemplateNode[] {
  checkOwnFields(ownFields);
  const nodes = parseTemplate(html);
  const used = nodes.flatMap(listFields);
  const unknown = [...new Set(used)].filter((name) => !isMemberField(name) && !Object.hasOwn(ownFields, name));
  if (unknown.length > 0) {
    const known = [...MEMBER_FIELDS, ...Object.keys(ownFields)].map((name) => `{{${name}}}`).join(', ');
    const findings = unknown.map((name) => `{{${name}}} is no known field`);
    throw new TemplateError('unknown_field', [...findings, `known are ${known}`], 'html');
  }
  for (const name of nodes.flatMap(listLinkFields))
    if (!isWebAddress(ownFields[name] ?? ''))
      throw new TemplateError(
        'own_field',
        [`${name} is used as a link, so it must be an https:// or http:// address`],
        `ownFields.${name}`,
      );
  return nodes;
}

function checkOwnFields(ownFields: Readonly<Record<string, string>>): void {
  const names = Object.keys(ownFields);
  if (names.length > OWN_FIELDS_MAX)
    throw new TemplateError('own_field', [`at most ${OWN_FIELDS_MAX} own fields`], 'ownFields');
  for (const name of names) {
    const fault = findNameFault(name) ?? ((ownFields[name] ?? '').length > OWN_FIELD_CHARS_MAX ? TOO_LONG : null);
    if (fault !== null) throw new TemplateError('own_field', [`${name.slice(0, 60)}: ${fault}`], 'ownFields');
  }
}

const TOO_LONG = `at most ${OWN_FIELD_CHARS_MAX} characters`;

function findNameFault(name: string): string | null {
  if (isMemberField(name)) return 'is a field of every member already';
  return OWN_FIELD_NAME.test(name) ? null : 'a name has small letters, digits and _, such as booking_link';
}

function listFields(node: TemplateNode): string[] {
  const ofParts = (parts: readonly Part[]) => parts.flatMap((part) => ('field' in part ? [part.field] : []));
  if (node.kind === 'text') return ofParts(node.parts);
  const inside = node.children.flatMap(listFields);
  if (node.kind === 'section') return [node.name, ...inside];
  return [...node.attributes.flatMap(([, parts]) => ofParts(parts)), ...inside];
}

/** Own fields that are a whole link. */
function listLinkFields(node: TemplateNode): string[] {
  if (node.kind === 'text') return [];
  const inside = node.children.flatMap(listLinkFields);
  if (node.kind === 'section') return inside;
  const [first] = node.attributes.find(([name]) => name === 'href')?.[1] ?? [];
  return first !== undefined && 'field' in first ? [first.field, ...inside] : inside;
}
