import { expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

test.each([
  ['PLAN_SEATS', '-1', 'a whole number from 0'],
  ['PLAN_SEATS', 'many', 'a whole number from 0'],
  ['PLAN_OPENS_PER_MINUTE', '1.5', 'a whole number from 0'],
  ['OUTBOUND_ALLOW', '10.0.0.0/33', 'addresses and CIDRs'],
  ['OUTBOUND_ALLOW', '10.0.0.0/8,inside.example', 'addresses and CIDRs'],
  ['OUTBOUND_ALLOW', '10.0.0.0/8/8', 'addresses and CIDRs'],
  ['DESTINATIONS_URLS', 'fax=http://127.0.0.1', 'vendors and addresses'],
  ['DESTINATIONS_URLS', 'slack=127.0.0.1', 'vendors and addresses'],
  ['SMTP_URL', 'mail.example.com', 'an address such as smtp://'],
  ['SMTP_URL', 'http://mail.example.com', 'an address such as smtp://'],
])('%s=%s refuses to start and says what was expected', (name, value, expected) => {
  const read = () => readConfig({ [name]: value });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(`${name}: expected ${expected}`);
});

test('a wrong address with a password in it is refused without repeating it', () => {
  for (const name of ['SMTP_URL', 'DATABASE_URL']) {
    const read = () => readConfig({ [name]: 'ftp://crm:secret-word@host' });
    expect(read).toThrow(name);
    expect(read).not.toThrow('secret-word');
  }
});

test('plans and the mail server are taken as they are', () => {
  const smtpUrl = 'smtps://crm:word@mail.example.com:465?from=crm@example.com';
  const config = readConfig({ PLAN_SEATS: '25', PLAN_OPENS_PER_MINUTE: '600', SMTP_URL: smtpUrl });
  expect(config).toMatchObject({ planSeats: 25, planOpensPerMinute: 600, smtpUrl });
});

test('where destinations may be, and where vendors are reached, are taken as they are', () => {
  const config = readConfig({ OUTBOUND_ALLOW: '10.0.0.0/8, ::1', DESTINATIONS_URLS: 'slack=http://127.0.0.1:4010/' });
  expect(config.outboundAllow).toEqual(['10.0.0.0/8', '::1']);
  expect(config.destinationsUrls).toEqual({ slack: 'http://127.0.0.1:4010' });
});
