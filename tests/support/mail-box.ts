import { once } from 'node:events';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { createMailer, type Mailer } from '../../src/accounts/create-mailer.ts';

export interface ReceivedLetter {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A real SMTP server on loopback and the mailer that sends to it. */
export interface MailBox {
  readonly mailer: Mailer;
  readonly letters: readonly ReceivedLetter[];
  /** From now on every letter is refused, or taken again. */
  refuse(isRefusing: boolean): void;
  close(): Promise<void>;
}

export async function openMailBox(): Promise<MailBox> {
  const letters: ReceivedLetter[] = [];
  let isRefusing = false;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => done(isRefusing ? new Error('no such person') : undefined),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        const parsed = await PostalMime.parse(Buffer.concat(chunks));
        const to = session.envelope.rcptTo[0]?.address ?? '';
        const { address = '' } = parsed.from ?? {};
        letters.push({ from: address, to, subject: parsed.subject ?? '', text: parsed.text ?? '' });
        done();
      });
    },
  });
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const mailer = createMailer(`smtp://127.0.0.1:${port}?from=crm@acme.example`, 'http://localhost:3000');
  return {
    mailer,
    letters,
    refuse: (refuses) => {
      isRefusing = refuses;
    },
    close: () => {
      mailer.close();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
