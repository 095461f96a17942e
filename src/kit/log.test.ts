import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const TSX = createRequire(import.meta.url).resolve('tsx');

test('what gives access is not written, at any level, beside or one below what names it', () => {
  const fields = { password: 's3cret', user: { token: 's3cret', cookie: 's3cret' }, secret: 's3cret' };
  const more = { request: { headers: { authorization: 's3cret' }, authorization: 's3cret' } };
  const written = writeEntry({ ...fields, ...more, memberId: 'kept' });
  expect(written).not.toContain('s3cret');
  expect(JSON.parse(written)).toMatchObject({ password: '[redacted]', memberId: 'kept' });
});

test('whatever a field holds, an entry is one line of JSON without a control character', () => {
  const evil = 'Mail\r\n{"level":60,"msg":"forged"}\n\u001b[31mred\u0000\u2028\u0085';
  const written = writeEntry({ agent: evil, [evil]: 1, error: new Error(evil).message, deep: { name: evil } });
  const lines = written.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(lines[0]).not.toMatch(/[\u0000-\u001f]/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40, msg: 'hit.dropped', agent: evil });
});

/** What a process of its own writes to stderr, as the server does. */
function writeEntry(fields: object): string {
  const script = `
    import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
    createLog('info').warn(${JSON.stringify(fields)}, 'hit.dropped');`;
  const ran = spawnSync(process.execPath, ['--import', TSX, '--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(ran.status, ran.stderr).toBe(0);
  return ran.stderr;
}
