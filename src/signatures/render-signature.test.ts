import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderSignature, type SignatureFields } from './render-signature.ts';

const FIELDS: SignatureFields = {
  fullName: 'John Smith',
  jobTitle: 'Sales Manager',
  department: 'Sales',
  company: 'Acme Corp',
  email: 'john@acme.example',
  phone: '+1 (555) 123-4567',
};
const PIXELS = ['https://mail.example/api/t/u/abc.gif', 'https://mail.example/api/t/p/xyz.gif'];

/** The words that a reader sees. */
function toWords(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();
}

describe('the HTML signature', () => {
  test('shows every field once, and links that work', () => {
    const { html } = renderSignature(FIELDS, []);
    expect(toWords(html)).toBe('John Smith Sales Manager, Sales | Acme Corp john@acme.example | +1 (555) 123-4567');
    expect(html).toContain('href="mailto:john@acme.example"');
    expect(html).toContain('href="tel:+15551234567"');
  });

  test('a field that is missing leaves no gap and no separator', () => {
    const { html, text } = renderSignature({ ...FIELDS, jobTitle: null, department: ' ', phone: null }, []);
    expect(toWords(html)).toBe('John Smith Acme Corp john@acme.example');
    expect(text).toBe('-- \nJohn Smith\nAcme Corp\njohn@acme.example\n');
  });

  test('uses only what mail clients keep: tables and inline styles', () => {
    const { html } = renderSignature(FIELDS, PIXELS);
    const names = new Set([...html.matchAll(/<\/?([a-z]+)/g)].map((match) => match[1]));
    expect([...names].sort()).toEqual(['a', 'img', 'span', 'table', 'tbody', 'td', 'tr']);
    expect(html).not.toMatch(/class=|flex|grid|position:|display:none|url\(/);
  });

  test('every pixel is an absolute image of one by one with an empty alt', () => {
    const { html } = renderSignature(FIELDS, PIXELS);
    const images = html.match(/<img [^>]*>/g) ?? [];
    expect(images.map((image) => /src="([^"]*)"/.exec(image)?.[1])).toEqual(PIXELS);
    for (const image of images) expect(image).toMatch(/ width="1" height="1" alt="" /);
  });

  test('without pixels there is no image', () => {
    expect(renderSignature(FIELDS, []).html).not.toContain('<img');
  });
});

describe('hostile fields', () => {
  const SHAPE = toShape(renderSignature(FIELDS, PIXELS).html);

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</td></tr></table><h1>Hello',
    '&lt;b&gt;',
    'javascript:alert(1)',
    'a\u202Egpj.exe',
  ])('%j stays text wherever it stands', (hostile) => {
    for (const field of Object.keys(FIELDS) as (keyof SignatureFields)[]) {
      const { html } = renderSignature({ ...FIELDS, [field]: hostile }, PIXELS);
      if (field !== 'phone') expect(toShape(html)).toEqual(SHAPE);
      expect(html).not.toMatch(/<script|<h1|onerror=alert\(1\)>|href="javascript/);
      expect(toWords(html)).toContain(hostile.replace('\u202E', ''));
    }
  });

  test('no text whatever adds an element, an attribute or a line', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((drawn) => /\S/.test(drawn));
    fc.assert(
      fc.property(text, text, text, (fullName, jobTitle, company) => {
        const fields = { ...FIELDS, fullName, jobTitle, company };
        const rendered = renderSignature(fields, PIXELS);
        expect(toShape(rendered.html)).toEqual(SHAPE);
        expect(rendered.text.split('\n')).toHaveLength(5);
      }),
      { numRuns: 500 },
    );
  });

  test('a line break in a field cannot end the plain-text signature', () => {
    const { text } = renderSignature({ ...FIELDS, fullName: 'John\r\n\r\nBcc: everyone\u2028x' }, []);
    expect(text.split('\n')[1]).toBe('John Bcc: everyone x');
  });

  test('a phone that is no number is shown and not linked', () => {
    expect(renderSignature({ ...FIELDS, phone: 'ask' }, []).html).not.toContain('tel:');
  });
});

/** Elements and the names of their attributes, in order. */
function toShape(html: string): readonly string[] {
  return [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, '=').replace(/\s+/g, ' '));
}
