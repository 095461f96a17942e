import { HtmlValidate } from 'html-validate';
import { describe, expect, test } from 'vitest';
import { gmailSanitize } from '../../tests/support/gmail-sanitize.ts';
import { findMailQuirks } from './find-mail-quirks.ts';
import { parseTemplate } from './parse-template.ts';
import { renderSignature } from './render-signature.ts';
import { renderTemplate } from './render-template.ts';
import { STARTER_TEMPLATES } from './starter-templates.ts';
import { toBannerHtml } from './to-banner-html.ts';
import { toPixelRow } from './to-pixel-image.ts';

const VALUES = {
  full_name: 'Zoë O’Hara & Sons',
  job_title: 'Sales <Manager>',
  department: 'Sales',
  email: 'zoe@acme.example',
  phone: '+1 555 123-4567',
  company: 'Acme "Corp"',
};
const BANNER = {
  imageUrl: 'https://acme.example/spring.png',
  linkUrl: 'https://acme.example/spring',
  alt: 'Spring offer',
  width: 420,
  height: 80,
};
const END = toBannerHtml(BANNER) + toPixelRow(['https://mail.example/api/t/u/abc.gif']);

/** Everything that leaves the house: both starters, full and bare, and the signature of whoever has no template. */
const RENDERED: readonly (readonly [name: string, html: string])[] = [
  ...STARTER_TEMPLATES.flatMap(({ name, html }) => [
    [`${name}, every field`, renderTemplate(parseTemplate(html), VALUES) + END] as const,
    [
      `${name}, only what everybody has`,
      renderTemplate(parseTemplate(html), { ...VALUES, job_title: '', department: '', phone: '' }) + END,
    ] as const,
  ]),
  [
    'the default',
    renderSignature(
      {
        fullName: VALUES.full_name,
        jobTitle: VALUES.job_title,
        department: VALUES.department,
        company: VALUES.company,
        email: VALUES.email,
        phone: VALUES.phone,
      },
      ['https://mail.example/api/t/u/abc.gif'],
    ).html,
  ],
];

/** Mail HTML is older than HTML's standard: presentation stands in attributes, which mail programs alone obey. */
const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    'no-deprecated-attr': 'off',
    'no-inline-style': 'off',
    'void-style': ['error', { style: 'selfclosing' }],
    // A number with unbreakable spaces in it does not dial when it is copied out of a mail.
    'tel-non-breaking': 'off',
    'attr-quotes': ['error', { style: 'double' }],
  },
});

describe.each(RENDERED)('%s', (_name, html) => {
  test('is valid HTML', async () => {
    const report = await validator.validateString(html);
    expect(
      report.results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`)),
    ).toEqual([]);
  });

  test('holds nothing that Outlook, drawing by Word, would draw otherwise', () => {
    expect(findMailQuirks(parseTemplate(html))).toEqual([]);
    for (const [image] of html.matchAll(/<img [^>]*>/g)) expect(image).toMatch(/ width="\d+" height="\d+"/);
  });

  test("loses nothing in Gmail's pass but the words that only Word reads", () => {
    const { html: shown, dropped } = gmailSanitize(html);
    expect(dropped.filter((name) => !name.startsWith('mso-'))).toEqual([]);
    expect(shown.match(/<img /g)).toEqual(html.match(/<img /g));
  });
});

describe('what is drawn otherwise is said', () => {
  const table = 'role="presentation" cellpadding="0" cellspacing="0" border="0"';
  test.each([
    ['<p style="padding:4px">x</p>', '<p> padding: Outlook pads cells only; put it on a <td>'],
    ['<div style="display:inline-block">x</div>', '<div> display: Outlook does not know inline-block; use a table'],
    ['<div style="width:200px">x</div>', 'Outlook sizes by the attribute'],
    ['<p style="font-size:1.2rem">x</p>', 'does not know this unit'],
    ['<p style="color:rgba(0,0,0,0.5)">x</p>', 'rgb( ) colours'],
    ['<p style="margin-top:-4px">x</p>', 'Gmail leaves out what is below zero'],
    ['<span style="margin-left:4px">x</span>', 'margins of <p> and <div> only'],
    [`<table ${table}><tbody><tr><td bgcolor="#fff">x</td></tr></tbody></table>`, 'six digits'],
    ['<table><tbody><tr><td>x</td></tr></tbody></table>', 'role="presentation"'],
    [
      '<table role="presentation" border="0"><tbody><tr><td>x</td></tr></tbody></table>',
      'needs the attribute cellpadding',
    ],
  ])('%s', (html, quirk) => {
    expect(findMailQuirks(parseTemplate(html)).join('\n')).toContain(quirk);
  });

  test('the test pass itself drops what Gmail drops', () => {
    expect(
      gmailSanitize('<p class="x" style="position:fixed;color:red;margin:-3px" onclick="x">a</p><script>b</script>'),
    ).toEqual({
      html: '<p class="m_8214x" style="color:red">a</p>',
      dropped: ['<script>', 'onclick', 'position', 'margin'],
    });
    expect(gmailSanitize('<p style="color:red;background:url(//x)">a</p>').html).toBe('<p>a</p>');
  });
});
