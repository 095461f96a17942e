import { type OrganizationId, parseUuid } from '../domain/ids.ts';

/** How far a screen has read: in whose log, and up to which entry. What `Last-Event-ID` says. */
export interface Cursor {
  readonly organizationId: OrganizationId;
  readonly id: number;
}

const SHAPE = /^([0-9a-f-]{36})\.(\d{1,15})$/;

/** Null: none of ours. */
export function parseCursor(text: string): Cursor | null {
  const [, organization = '', id = ''] = SHAPE.exec(text) ?? [];
  const organizationId = parseUuid<OrganizationId>(organization);
  return organizationId === null ? null : { organizationId, id: Number(id) };
}

export function toCursorText({ organizationId, id }: Cursor): string {
  return `${organizationId}.${id}`;
}
