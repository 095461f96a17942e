import type { JsonObject, Message } from '../destination-kind.ts';
import { escapeHtml } from './escape-html.ts';
import { toDisplayText } from './to-display-text.ts';
import { toHeadline, toOutcomeHint } from './to-headline.ts';

// The one note that a campaign has on a deal or contact of a customer's CRM: it is written once and then patched, so
// what it told before is kept here, as destination memory, and written again with each change.

const LINES_MAX = 20;
const LINE_CHARS_MAX = 300;

export interface CrmNote {
  /** The vendor's id of it; null: none is known. */
  readonly noteId: string | null;
  /** What it hangs on, such as `deals:101`: another deal gets another note. */
  readonly on: string;
  /** Newest first. */
  readonly lines: readonly CrmNoteLine[];
}

interface CrmNoteLine {
  readonly deliveryId: string;
  readonly at: string;
  readonly text: string;
}

/** The note with this message in it. A message told twice, by a retry or a replay, stands in it once. */
export function addToNote(memory: JsonObject, on: string, message: Message): CrmNote {
  const known = parseNote(memory);
  const kept = known?.on === on ? known : { noteId: null, on, lines: [] };
  const line = {
    deliveryId: message.deliveryId,
    at: message.at.toISOString(),
    text: toDisplayText(toHeadline(message), LINE_CHARS_MAX),
  };
  const lines = [line, ...kept.lines.filter(({ deliveryId }) => deliveryId !== line.deliveryId)]
    .sort((one, other) => (one.at < other.at ? 1 : -1))
    .slice(0, LINES_MAX);
  return { ...kept, lines };
}

export function toMemory({ noteId, on, lines }: CrmNote): JsonObject {
  return { noteId, on, lines: lines.map(({ deliveryId, at, text }) => ({ deliveryId, at, text })) };
}

/** HTML that both CRMs keep: paragraphs, a list and one link. Nothing of a name is markup. */
export function toNoteHtml({ lines }: CrmNote, message: Message): string {
  const [newest, ...older] = lines;
  const hint = toOutcomeHint(message);
  const items = older.map(({ at, text }) => `<li>${escapeHtml(`${toTime(at)} ${text}`)}</li>`).join('');
  return [
    `<p><strong>${escapeHtml(newest?.text ?? '')}</strong></p>`,
    ...(newest === undefined ? [] : [`<p>${escapeHtml(toTime(newest.at))}</p>`]),
    ...(hint === null ? [] : [`<p>${escapeHtml(hint)}</p>`]),
    ...(items === '' ? [] : [`<p>Before:</p><ul>${items}</ul>`]),
    `<p><a href="${escapeHtml(new URL(message.link).href)}">Open in MailTracker</a> · ${toNoteMark(message)}</p>`,
  ].join('');
}

/** Stands in the note so that it is found again when the answer to its creation was lost. */
export function toNoteMark({ campaignId }: Message): string {
  return `ref mt-${campaignId ?? 'none'}`;
}

/** When the newest line happened. */
export function toNoteTime({ lines }: CrmNote): string {
  return lines[0]?.at ?? new Date(0).toISOString();
}

function toTime(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

function parseNote(memory: JsonObject): CrmNote | null {
  const { noteId, on, lines } = memory;
  if (typeof on !== 'string' || !Array.isArray(lines)) return null;
  const read = (lines as readonly JsonObject[]).flatMap(({ deliveryId, at, text }) =>
    typeof deliveryId === 'string' && typeof at === 'string' && typeof text === 'string'
      ? [{ deliveryId, at, text }]
      : [],
  );
  return { noteId: typeof noteId === 'string' ? noteId : null, on, lines: read };
}
