import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const TSX = createRequire(import.meta.url).resolve('tsx');

test('whatever a field holds, an entry is one line of JSON without a control character', () => {
  const evil = 'Mail\r\n{"level":60,"msg":"forged"}\n\u001b[31mred\u0000\u2028\u0085';
  const script = `
    import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
    const log = createLog('info');
    const evil = ${JSON.stringify(evil)};
    log.warn({ agent: evil, [evil]: 1, error: new Error(evil).message, deep: { name: evil } }, 'hit.dropped');`;
  const ran = spawnSync(process.execPath, ['--import', TSX, '--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(ran.status, ran.stderr).toBe(0);
  const lines = ran.stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(lines[0]).not.toMatch(/[\u0000-\u001f]/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40, msg: 'hit.dropped', agent: evil });
});
