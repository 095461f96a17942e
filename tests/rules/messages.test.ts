import { expect, test } from 'vitest';
import { findLiteralTexts } from './find-literal-texts.ts';
import { isTest, listFiles, ROOT, readText } from './source-files.ts';

// Every text of the screens goes through web/messages, so that another language is another folder and nothing else.

test('no screen holds a text of its own', () => {
  const files = listFiles(ROOT, ['web']).filter(
    (path) => /\.tsx?$/.test(path) && !isTest(path) && !path.startsWith('web/messages/'),
  );
  expect(files.flatMap((path) => findLiteralTexts(path, readText(ROOT, path)))).toEqual([]);
});

test.each([
  ['words between tags', 'const a = <p>Not saved</p>;', ['web/x.tsx:1 "Not saved"']],
  ['a word that a screen reader says', 'const a = <nav aria-label="Main" />;', ['web/x.tsx:1 "Main"']],
  [
    'a word that is chosen',
    "const a = <nav aria-label={b ? 'Main' : 'More'} />;",
    ['web/x.tsx:1 "Main"', 'web/x.tsx:1 "More"'],
  ],
  ['a sentence made elsewhere', 'const a = `Not saved. ${b}`;', ['web/x.tsx:1 "Not saved. …"']],
])('%s is found', (_title, text, expected) => {
  expect(findLiteralTexts('web/x.tsx', text)).toEqual(expected);
});

test.each([
  'const a = <p className="a b" role="alert">{words("title")} · {count} %</p>;',
  'const a = <Link href="/settings">MailTracker</Link>;',
  "request('GET', '/api/keys');",
])('%s stays green', (text) => {
  expect(findLiteralTexts('web/x.tsx', text)).toEqual([]);
});
