import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { Problem } from './problem.ts';
import { refuseUnstorableText } from './refuse-unstorable-text.ts';

const ask = (body: unknown, params: unknown = null, query: unknown = {}) =>
  refuseUnstorableText({ params, query, body }).then(
    () => null,
    (error: unknown) => (error instanceof Problem ? error.status : error),
  );

test('NUL and half of a character are a 400, in a value and in a name, however deep, in path and query too', async () => {
  expect(await ask({ name: 'a\0b' })).toBe(400);
  expect(await ask('a\0b')).toBe(400);
  expect(await ask({ list: [{ deep: ['fine', '\ud800'] }] })).toBe(400);
  expect(await ask({ 'a\0': 1 })).toBe(400);
  expect(await ask(null, { id: '\0' })).toBe(400);
  expect(await ask(undefined, null, { search: ['x', '\udc00y'] })).toBe(400);
});

test('the field is named', async () => {
  const refused = refuseUnstorableText({ params: null, query: {}, body: { people: [{ name: '\0' }] } });
  await expect(refused).rejects.toMatchObject({ errors: [{ field: 'people.0.name' }] });
});

test('a stream as body, which leads to itself, is left alone', async () => {
  expect(await ask(Readable.from(['a\0']))).toBeNull();
});

test('everything else passes, also bodies nested deeper than the stack', async () => {
  expect(await ask({ name: 'Zoë 👩‍👩‍👧 ß\n\t', on: true, at: null, list: [1, 'x'] })).toBeNull();
  let deep: unknown = 'end';
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  expect(await ask(deep)).toBeNull();
});
