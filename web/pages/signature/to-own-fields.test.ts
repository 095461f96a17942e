import { expect, test } from 'vitest';
import { toOwnFieldLines, toOwnFields } from './to-own-fields.ts';

test('what is written comes back as it was, a link with = in it whole', () => {
  const fields = { booking_link: 'https://cal.example/?a=b', slogan: 'We = you' };
  expect(toOwnFields(toOwnFieldLines(fields))).toEqual(fields);
});

test('empty lines and lines without a name are no fields, a name without a value is an empty one', () => {
  expect(toOwnFields('\n = nothing\n  slogan\n')).toEqual({ slogan: '' });
});
