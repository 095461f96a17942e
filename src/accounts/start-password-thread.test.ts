import { expect, test } from 'vitest';
import { startPasswordThread } from './start-password-thread.ts';

test('a thread that ends refuses what is under way, and the next job has a new one', async () => {
  const thread = startPasswordThread();
  const hashed = await thread.hash('nine walnut ladders');
  const refused = expect(thread.verify(hashed, 'nine walnut ladders')).rejects.toThrow('ended');
  await thread.end();
  await refused;
  await expect(thread.verify(hashed, 'nine walnut ladders')).resolves.toBe(true);
});

test('a hash that is none is told as an error, and the thread lives on', async () => {
  const thread = startPasswordThread();
  await expect(thread.verify('not a hash', 'nine walnut ladders')).rejects.toThrow();
  await expect(thread.verify(await thread.hash('nine walnut ladders'), 'another')).resolves.toBe(false);
});
