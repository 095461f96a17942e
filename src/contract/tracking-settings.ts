import { z } from 'zod';
import { isTimeZone } from '../domain/calendar.ts';
import { K_ANONYMITY_MAX, K_ANONYMITY_MIN, RETENTION_DAYS, TRACKING_MODES } from '../domain/settings.ts';

const K_EXPECTED = `a whole number from ${K_ANONYMITY_MIN} to ${K_ANONYMITY_MAX}`;

/** GET and PUT /api/admin/tracking/settings: always all of it. Snake case, as it is stored. */
export const trackingSettingsSchema = z
  .strictObject({
    user_tracking_enabled: z.boolean().describe("Members' own pixels record; off, they still answer"),
    campaign_tracking_enabled: z.boolean().describe("Campaigns' pixels record; off, they still answer"),
    retention_days: z
      .literal([...RETENTION_DAYS], { error: `one of ${RETENTION_DAYS.join(', ')}` })
      .describe('After how many days opens are deleted'),
    show_user_dashboard: z.boolean().describe('Members see their own engagement'),
    exclude_bots: z.boolean().describe('Machines are only counted; off, they are stored and count as opens'),
    mode: z
      .enum(TRACKING_MODES, { error: `one of ${TRACKING_MODES.join(', ')}` })
      .describe('aggregate: no visitors, no uniques, no signals. off: nothing is recorded'),
    exclude_own_opens: z.boolean().describe("Opens from members' own devices are shown and not counted"),
    collect_region: z.boolean().describe('The country of human opens is kept'),
    k_anonymity: z
      .int(K_EXPECTED)
      .min(K_ANONYMITY_MIN, K_EXPECTED)
      .max(K_ANONYMITY_MAX, K_EXPECTED)
      .describe('Breakdowns by what a reader is show a cell from this many visitors on'),
    timezone: z
      .string()
      .refine(isTimeZone, 'an IANA name such as Europe/Berlin')
      .describe('Whose days and hours the figures use'),
  })
  .meta({ id: 'TrackingSettings' });

export type TrackingSettingsAnswer = z.infer<typeof trackingSettingsSchema>;
