import { expect, test } from 'vitest';
import { toAuthLogger } from './to-auth-logger.ts';

test.each([
  ['Sign-up attempt for existing email: eve@example.com', 'eve@example.com'],
  ['duplicate key: Key (email)=(eve@example.com) already exists.', 'eve@'],
  ['Key (token)=(l7bUq1q1lwpBJ8) already exists.', 'l7bUq1q1lwpBJ8'],
  ['client 203.0.113.9 refused', '203.0.113.9'],
  ['client 2001:db8:1:2:3:4:5:6 refused', '2001:db8'],
  ['client ::ffff:203.0.113.9 refused', '203.0.113'],
  ['client 2001:db8::9f refused', '2001:db8'],
])('what names a person or a machine is taken out of %j', (message, secret) => {
  const lines: string[] = [];
  const keep = (fields: object, event: string) => void lines.push(JSON.stringify({ event, ...fields }));
  const { log } = toAuthLogger({ debug: keep, info: keep, warn: keep, error: keep });
  log('error', message, new Error(message), { email: secret });
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain(secret);
  expect(lines[0]).toMatch(/refused|exist/);
});

test("the library's info lines are our debug lines", () => {
  const levels: string[] = [];
  const note = (level: string) => () => void levels.push(level);
  const { log } = toAuthLogger({ debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log(level, 'x');
  expect(levels).toEqual(['debug', 'debug', 'warn', 'error']);
});
