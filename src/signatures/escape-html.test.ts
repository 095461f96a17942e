import { expect, test } from 'vitest';
import { escapeHtml, toOneLine } from './escape-html.ts';

test('nothing leaves a quoted attribute or starts a tag', () => {
  expect(escapeHtml(`<a b="c" d='e'>&amp;`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;');
});

test('line breaks and control characters become one space, marks that turn the writing around are dropped', () => {
  expect(toOneLine(' a\r\n\tb\u2028c\u0000d \u202Ee\u2066 ')).toBe('a b c d e');
});

test('letters of every script stay', () => {
  expect(escapeHtml('Zoë Ñandú 李小龙 محمد')).toBe('Zoë Ñandú 李小龙 محمد');
});
