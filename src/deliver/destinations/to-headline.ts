import type { Message } from '../destination-kind.ts';
import { toDisplayText } from './to-display-text.ts';

/** Long names are cut so that what happened still stands in the line. */
const NAME_CHARS_MAX = 100;

/**
 * One line of plain text: "🔔 Hot lead: 'Acme Corp Proposal' opened 3 times in 5 minutes, last on mobile". What the
 * title says before the campaign's name opens it; other titles stand as they are. Escape it for the vendor.
 */
export function toHeadline({ title, sentence, campaignName }: Message): string {
  const said = toDisplayText(sentence, 400).replace(/\.$/, '');
  const kind = campaignName === null ? null : toKind(title, campaignName);
  if (kind === null) return `🔔 ${toDisplayText(title, NAME_CHARS_MAX + 60)}: ${said}`;
  const name = toDisplayText(campaignName ?? '', NAME_CHARS_MAX);
  const told = `${said.charAt(0).toLowerCase()}${said.slice(1)}`;
  return `🔔 ${kind}'${name}'${told.startsWith('opened') ? '' : ':'} ${told}`;
}

/** "Hot lead: " of "Hot lead: Acme", nothing of "Acme", null where the title does not end in the name. */
function toKind(title: string, name: string): string | null {
  const named = [name, `'${name}'`].find((form) => form !== "''" && form !== '' && title.endsWith(form));
  return named === undefined ? null : toDisplayText(title.slice(0, -named.length), 60).replace(/:$/, ': ');
}

/** What the member does next; nothing for a mere open or a test. */
export function toOutcomeHint({ type, level }: Message): string | null {
  if (type !== 'signal_raised') return null;
  const first = level === 'hot' ? 'Call now, while it is being read.' : 'A good moment to call.';
  return `${first} Then say how it went: reached, no answer or noise.`;
}
