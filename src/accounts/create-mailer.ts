import { createTransport } from 'nodemailer';

// In: a plain letter. Out: the same, handed to the SMTP server of SMTP_URL. What must never happen: an address, a
// subject or a link in the log, or a request that waits for a mail server for longer than SEND_MS_MAX.

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Throws MailError when the server does not take the letter. */
  send(letter: Letter): Promise<void>;
  close(): void;
}

/** The mail server refused the letter or did not answer; the message names no address. */
export class MailError extends Error {}

const CONNECTIONS_MAX = 2;
const SEND_MS_MAX = 10_000;

/**
 * `smtpUrl`: smtp://user:password@host:587 or smtps://…, with `?from=` for the sender; else it is mailtracker@ the host
 * of `publicUrl`. Connects with the first letter.
 */
export function createMailer(smtpUrl: string, publicUrl: string): Mailer {
  const { address, from } = splitSender(smtpUrl, publicUrl);
  const transport = createTransport({
    url: address,
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    connectionTimeout: SEND_MS_MAX,
    greetingTimeout: SEND_MS_MAX,
    socketTimeout: SEND_MS_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ to, subject, text }) => {
      try {
        await transport.sendMail({ from, to: { name: '', address: to }, subject, text });
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        throw new MailError(`The mail server did not take the letter (${code}).`);
      }
    },
    close: () => transport.close(),
  };
}

function splitSender(smtpUrl: string, publicUrl: string): { address: string; from: string } {
  const url = new URL(smtpUrl);
  const from = url.searchParams.get('from') ?? `MailTracker <mailtracker@${new URL(publicUrl).hostname}>`;
  url.searchParams.delete('from');
  return { address: url.href, from };
}
