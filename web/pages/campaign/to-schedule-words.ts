import type { Campaign } from '../../../src/contract/campaign.ts';
import { region } from '../../messages/locale.ts';
import type { Words } from '../../messages/use-words.ts';

/** "From 1 Mar 2026, 09:00 CET to …", by the clocks of the campaign's zone; null without a start and an end. */
export function toScheduleWords({ startsAt, endsAt, timezone }: Campaign, words: Words<'campaign'>): string | null {
  const zone = timezone === null ? {} : { timeZone: timezone };
  const shown = new Intl.DateTimeFormat(region, {
    ...zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  const [start, end] = [startsAt, endsAt].map((instant) => (instant === null ? null : shown.format(new Date(instant))));
  if (start && end) return words('schedule', { start, end });
  if (start) return words('scheduleFrom', { start });
  return end ? words('scheduleTo', { end }) : null;
}
