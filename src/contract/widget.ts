import { z } from 'zod';
import { dailySchema } from './daily.ts';
import { myStatsSchema } from './my-stats.ts';

export const WIDGET_ORIGINS_MAX = 20;
export const WIDGET_HOURS_MAX = 24;
export const WIDGET_HOURS_DEFAULT = 1;
/** This week and the one before, to draw one behind the other. */
export const WIDGET_DAYS = 14;

const ORIGIN_EXPECTED =
  'an origin such as https://portal.example: https (http for localhost only), a host, no path and no wildcard';

/** GET and PUT /api/admin/widget-origins: always all of them. */
export const widgetOriginsSchema = z
  .strictObject({
    origins: z
      .array(z.string().max(253).refine(isFrameOrigin, ORIGIN_EXPECTED))
      .max(WIDGET_ORIGINS_MAX, `at most ${WIDGET_ORIGINS_MAX} origins`)
      .describe('Pages of these origins may show the widget in a frame; none: nobody may'),
  })
  .meta({ id: 'WidgetOrigins' });

/** POST /api/widget-links: for the portal's server, which holds an API key and knows who is signed in there. */
export const widgetLinkRequestSchema = z
  .strictObject({
    userId: z.uuid('the id of a member').describe('Whose engagement the widget shows'),
    hours: z
      .int(`a whole number from 1 to ${WIDGET_HOURS_MAX}`)
      .min(1, `a whole number from 1 to ${WIDGET_HOURS_MAX}`)
      .max(WIDGET_HOURS_MAX, `a whole number from 1 to ${WIDGET_HOURS_MAX}`)
      .default(WIDGET_HOURS_DEFAULT)
      .describe('How long the address works'),
  })
  .meta({ id: 'WidgetLinkRequest' });

export const widgetLinkSchema = z
  .object({ url: z.url().describe('The src of the frame'), expiresAt: z.iso.datetime() })
  .meta({ id: 'WidgetLink' });

/** GET /api/widget/my-engagement: all that the widget shows. */
export const widgetEngagementSchema = z
  .object({
    name: z.string(),
    timezone: z.string(),
    retentionDays: z.int(),
    stats: myStatsSchema,
    daily: dailySchema,
  })
  .meta({ id: 'WidgetEngagement' });

export type WidgetOrigins = z.infer<typeof widgetOriginsSchema>;
export type WidgetEngagement = z.infer<typeof widgetEngagementSchema>;

/** As a browser writes it; plain http only where nobody is in between. */
function isFrameOrigin(text: string): boolean {
  if (!/^https?:\/\/[a-z0-9.:[\]-]+$/.test(text) || !URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  if (origin !== text) return false;
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}
