import { expect, test } from 'vitest';
import { toSocketPath } from './to-socket-path.ts';

test('a file in the folder, and on Windows a pipe of its name', () => {
  expect(toSocketPath('/tmp/mailtracker-a1B2c3', 1, 'linux')).toBe('/tmp/mailtracker-a1B2c3/1.sock');
  expect(toSocketPath('/tmp/mailtracker-a1B2c3', 2, 'win32')).toBe('\\\\.\\pipe\\mailtracker-a1B2c3-2');
});
