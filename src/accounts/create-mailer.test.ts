import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MailBox, openMailBox } from '../../tests/support/mail-box.ts';
import { findFreePort } from '../../tests/support/running-server.ts';
import { createMailer, MailError } from './create-mailer.ts';

let mailBox: MailBox;

beforeAll(async () => {
  mailBox = await openMailBox();
});
afterAll(() => mailBox.close());

const LETTER = { to: 'guest@example.com', subject: 'Come in', text: 'Open this link:\nhttp://localhost/join#x\n' };

test('a letter arrives as it was written, from the sender that SMTP_URL names', async () => {
  await mailBox.mailer.send(LETTER);
  expect(mailBox.letters.at(-1)).toEqual({
    ...LETTER,
    from: 'crm@acme.example',
    text: expect.stringContaining(LETTER.text.trim()),
  });
});

test('an address that hides a second one, or a header, reaches nobody else', async () => {
  const before = mailBox.letters.length;
  for (const to of ['a@example.com, b@example.com', 'a@example.com\r\nBcc: b@example.com'])
    await mailBox.mailer.send({ ...LETTER, to }).catch(() => undefined);
  await mailBox.mailer.send({ ...LETTER, subject: 'x\r\nBcc: b@example.com' });
  const reached = mailBox.letters.slice(before).map((letter) => letter.to);
  expect(reached).toContain(LETTER.to);
  expect(reached.filter((to) => to === 'b@example.com')).toEqual([]);
});

test('a server that is not there is a MailError that names neither address nor password', async () => {
  const port = await findFreePort();
  const mailer = createMailer(`smtp://crm:secret-word@127.0.0.1:${port}`, 'https://track.example.com');
  const error = await mailer.send(LETTER).catch((caught: unknown) => caught);
  mailer.close();
  expect(error).toBeInstanceOf(MailError);
  expect(String(error)).not.toMatch(/guest@|secret-word/);
});
