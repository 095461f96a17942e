import { once } from 'node:events';
import nodemailer from 'nodemailer';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A real SMTP server on loopback that keeps what it receives, and a transport that sends to it. */
export interface MailServer {
  /** For SMTP_URL. */
  readonly url: string;
  /** Everything that arrived, parsed. */
  letters(): Promise<readonly { to: string; subject: string; text: string }[]>;
  /** Sends one mail through SMTP and answers what arrived on the other side, parsed. */
  send(mail: { subject: string; html: string; text: string }): Promise<{ subject: string; html: string; text: string }>;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const received: Buffer[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received.push(Buffer.concat(chunks));
        done();
      });
    },
  });
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true });
  return {
    url: `smtp://127.0.0.1:${port}`,
    letters: () => Promise.all(received.map(parseLetter)),
    send: async (mail) => {
      await transport.sendMail({ from: 'rep@acme.example', to: 'prospect@customer.example', ...mail });
      const raw = received.at(-1);
      if (!raw) throw new Error('nothing arrived');
      const parsed = await PostalMime.parse(raw);
      return { subject: parsed.subject ?? '', html: parsed.html ?? '', text: parsed.text ?? '' };
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function parseLetter(raw: Buffer): Promise<{ to: string; subject: string; text: string }> {
  const { to, subject, text } = await PostalMime.parse(raw);
  return { to: (to ?? []).map(({ address }) => address).join(', '), subject: subject ?? '', text: text ?? '' };
}
