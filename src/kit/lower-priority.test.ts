import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const isLinux = process.platform === 'linux';

test.runIf(isLinux).each([
  [0, 10, 10],
  [5, 10, 15],
  [15, 10, 19],
])('of a process %d nice a thread that is to be %d nicer is %d nice, never in front of what it was', (from, by, to) => {
  const program = `import { lowerPriority } from '${new URL('./lower-priority.ts', import.meta.url).href}';
    import { getPriority } from 'node:os';
    lowerPriority(${by});
    console.log(getPriority());`;
  const words = ['--import', 'tsx', '--input-type=module', '-e', program];
  const niceness = execFileSync('nice', ['-n', String(from), process.execPath, ...words], { encoding: 'utf8' });
  expect(Number(niceness)).toBe(to);
});
