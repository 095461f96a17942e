import type { Mailer } from '../accounts/create-mailer.ts';
import { createResetLink, RESET_MINUTES, resetPassword } from '../accounts/password-reset.ts';
import { requestPasswordResetSchema, resetPasswordSchema } from '../contract/password-reset.ts';
import type { HttpApp, HttpContext } from './context.ts';
import { createFailureLimit } from './failure-limit.ts';
import { Problem } from './problem.ts';
import { toKey } from './to-client-key.ts';

const tags = ['accounts'];
const WINDOW_MS = 15 * 60_000;
/** Asked for by one client, and letters to one address, in a quarter of an hour. Further ones to it are not sent. */
export const RESETS_PER_CLIENT_MAX = 30;
export const RESET_LETTERS_MAX = 3;
/** Letters on their way at once: what waits beyond it is not sent. */
const SENDING_MAX = 20;

/** A forgotten password. Without a mail server links come from `mailtracker user reset-link`. */
export function passwordResetRoutes(app: HttpApp, context: HttpContext): void {
  const letters = createFailureLimit(context.clock, { failuresMax: RESET_LETTERS_MAX, windowMs: WINDOW_MS });
  let sending = 0;

  /** After the answer left, so that its time tells nothing either. */
  async function send(mailer: Mailer, email: string): Promise<void> {
    const key = toKey(email);
    if (sending >= SENDING_MAX || letters.secondsToWait(key) > 0) {
      context.log.warn({ sending }, 'password_reset.not_sent');
      return;
    }
    letters.count(key);
    sending += 1;
    try {
      const link = await createResetLink(context, email);
      if (link !== null) await mailer.send({ to: email, subject: 'Your new MailTracker password', text: toText(link) });
    } catch (error) {
      context.log.error({ error: error instanceof Error ? error.message : 'unknown' }, 'password_reset.failed');
    } finally {
      sending -= 1;
    }
  }

  app.route({
    method: 'POST',
    url: '/api/password-reset/request',
    schema: {
      tags,
      summary: 'Mail a link for a new password; answers 202 whether or not there is an account',
      security: [],
      body: requestPasswordResetSchema,
    },
    config: { rateLimit: { max: RESETS_PER_CLIENT_MAX, timeWindow: WINDOW_MS } },
    handler: async (request, reply) => {
      const { mailer } = context;
      if (mailer === null) throw new Problem(409, NO_MAIL, { code: 'no_mail' });
      const { email } = request.body;
      reply.raw.once('close', () => void send(mailer, email));
      return reply.code(202).send();
    },
  });
  app.route({
    method: 'POST',
    url: '/api/password-reset',
    schema: {
      tags,
      summary: 'Set a new password with the token of a link; ends every session',
      security: [],
      body: resetPasswordSchema,
    },
    config: { rateLimit: { max: RESETS_PER_CLIENT_MAX, timeWindow: WINDOW_MS } },
    handler: async (request, reply) => {
      await resetPassword(context, request.body);
      context.log.info({}, 'account.password_reset');
      return reply.code(204).send();
    },
  });
}

const NO_MAIL =
  'This server sends no mail. Ask the person who runs it for a link (mailtracker user reset-link --email …).';

function toText(link: string): string {
  return `Somebody, most likely you, asked for a new MailTracker password for this address.

Set it here within ${RESET_MINUTES} minutes:
${link}

It works once and signs you out everywhere. If it was not you, do nothing: your password stays.
`;
}
