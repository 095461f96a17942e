import { expect, test } from 'vitest';
import { takeTurns } from './take-turns.ts';

test('tasks run in order, so many a turn, and what else waits has its turn in between', async () => {
  const run: (number | string)[] = [];
  const take = takeTurns(2);
  await new Promise<void>((resolve) => {
    for (const n of [1, 2, 3, 4, 5]) take(() => void run.push(n));
    setImmediate(() => run.push('other'));
    take(resolve);
  });
  expect(run).toEqual([1, 2, 'other', 3, 4, 5]);
});

test('what is added while tasks run waits for its turn, and all of it runs', async () => {
  const run: number[] = [];
  const take = takeTurns(1);
  await new Promise<void>((resolve) => {
    take(() => {
      run.push(1);
      take(() => {
        run.push(3);
        resolve();
      });
    });
    take(() => void run.push(2));
  });
  expect(run).toEqual([1, 2, 3]);
});
