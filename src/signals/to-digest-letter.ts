import { toSignalSentence } from '../domain/signal-reason.ts';
import type { Digest } from './read-digest.ts';
import type { SignalSeen } from './read-signals.ts';

/** A plain letter. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** What waited, newest first, in the member's local time. Names campaigns, never a reader: none is known. */
export function toDigestLetter(
  { signals }: Digest,
  to: { readonly name: string; readonly email: string; readonly timeZone: string; readonly publicUrl: string },
): Letter {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: to.timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  const count = signals.length === 1 ? 'One signal' : `${signals.length} signals`;
  return {
    to: to.email,
    subject: `${count} waited for you`,
    text: [
      `Hello ${to.name},`,
      '',
      'While you had quiet hours, or below the level you asked for:',
      '',
      ...signals.map((signal) => toLine(signal, clock)),
      '',
      `All of them, and what is hot now: ${to.publicUrl}/live`,
      '',
      'You get this because you asked for a daily digest; you can end it on the Live page.',
    ].join('\n'),
  };
}

function toLine({ title, reasons, raisedAt, moreOpens, level }: SignalSeen, clock: Intl.DateTimeFormat): string {
  const more = moreOpens === 0 ? '' : `, and ${moreOpens} more open${moreOpens === 1 ? '' : 's'}`;
  return `- ${clock.format(raisedAt)}  ${level === 'hot' ? 'Hot: ' : ''}${title}: ${toSignalSentence(reasons)}${more}`;
}
