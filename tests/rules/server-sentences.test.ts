import { expect, test } from 'vitest';
import { server as german } from '../../web/messages/de/server.ts';
import { server as english } from '../../web/messages/en/server.ts';
import { translateServer } from '../../web/messages/translate-server.ts';
import { findServerSentences } from './find-server-sentences.ts';
import { isTest, listFiles, ROOT, readText } from './source-files.ts';

// A person who reads German shall not be refused in English.

/** Programs alone see these: questions that the screens never ask, and keys. */
const FOR_PROGRAMS = [
  /^(an )?API key|\bAPI key\b|METRICS_TOKEN|too many keys|This key may/i,
  /the `next` of the page before|\{"|userIds|the id of a member|a member's id|asc or desc|all or current|open or all/,
  /^(true or false|active or deactivated|either a campaignId or a rule|campaignId|to|expiresAt: 7)$/,
  // Put together of two; tried below.
  /^7 Tell the admin who invited you\.$/,
  /^Several organizations are called|^There is no organization|application\/json/,
];

const files = new Map(
  listFiles(ROOT, ['src'])
    .filter((path) => path.endsWith('.ts') && !isTest(path) && !path.startsWith('src/commands/'))
    .map((path) => [path, readText(ROOT, path)]),
);
const sentences = findServerSentences(files).filter(({ text }) => !FOR_PROGRAMS.some((one) => one.test(text)));

test('every sentence that the server may say to a person can be said in German', () => {
  expect(sentences.length).toBeGreaterThan(100);
  const missing = sentences.filter(({ text }) => translateServer(text, english, german) === null);
  expect(missing.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
});

test.each([
  ['jo@acme.example is already a member.', 'jo@acme.example ist schon Mitglied.'],
  ['expected at most 120 characters', 'erwartet: höchstens 120 Zeichen'],
  ['The campaign was not found.', 'Diese Kampagne gibt es nicht.'],
  ['The rain was not found.', 'Nicht gefunden: The rain'],
  [
    'All 3 seats are taken: 2 active members and 1 open invitation. Deactivate a member, cancel an invitation, or ask for more seats. Tell the admin who invited you.',
    'Alle 3 Plätze sind vergeben. Sagen Sie es dem Admin, der Sie eingeladen hat.',
  ],
  ['not taken: Too big', 'nicht angenommen: Too big'],
])('“%s” is “%s”', (said, expected) => {
  expect(translateServer(said, english, german)).toBe(expected);
});

test('what nobody has translated stays as it is', () => {
  expect(translateServer('The moon is full tonight', english, german)).toBeNull();
});

test('a sentence is found where it is thrown, chosen, filled in or expected', () => {
  const found = findServerSentences(
    new Map([
      ['src/a/x.ts', 'const GONE = `It is ${b} now.`; throw new PeopleError("gone", c ? GONE : "It left.");'],
      ['src/contract/y.ts', 'z.string().min(1, "a name"); z.enum(Z, { error: "one of them" });'],
    ]),
  );
  expect(found.map(({ text }) => text)).toEqual(['It is 7 now.', 'It left.', 'a name', 'one of them']);
});
