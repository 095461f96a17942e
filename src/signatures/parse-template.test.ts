import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTemplate } from './check-template.ts';
import { MEMBER_FIELDS } from './merge-fields.ts';
import { renderTemplate } from './render-template.ts';
import { renderTemplateText } from './render-template-text.ts';
import { STARTER_TEMPLATES } from './starter-templates.ts';
import { TemplateError } from './template-error.ts';

const VALUES = {
  full_name: 'John Smith',
  job_title: 'Sales Manager',
  department: 'Sales',
  email: 'john@acme.example',
  phone: '+1 (555) 123-4567',
  company: 'Acme & Sons',
};

function render(html: string, values: Record<string, string> = VALUES, ownFields: Record<string, string> = {}) {
  const nodes = checkTemplate(html, ownFields);
  const all = { ...ownFields, ...values };
  return { html: renderTemplate(nodes, all), text: renderTemplateText(nodes, all) };
}

function readFindings(html: string, ownFields: Record<string, string> = {}): readonly string[] {
  try {
    checkTemplate(html, ownFields);
    return [];
  } catch (error) {
    if (error instanceof TemplateError) return error.findings;
    throw error;
  }
}

describe('what mail clients need is kept', () => {
  test('tables, inline CSS, sized images and links come out as they went in', () => {
    const html =
      '<table cellpadding="0" width="100%" bgcolor="#ffffff"><tbody><tr><td style="padding:2px 0;color:#333333" colspan="2"><a href="https://acme.example/?a=1&amp;b=2" target="_blank"><img src="https://acme.example/logo.png" width="120" height="40" alt="Acme" /></a>R&amp;D</td></tr></tbody></table>';
    expect(render(html).html).toBe(html);
  });

  test.each(STARTER_TEMPLATES)('the starter $name shows every field, and no gap for one that is empty', ({ html }) => {
    const full = render(html);
    for (const value of Object.values(VALUES)) expect(full.text).toContain(value);
    expect(full.html).toContain('href="mailto:john@acme.example"');
    expect(full.html).toContain('href="tel:+15551234567"');
    const bare = render(html, { ...VALUES, job_title: '', phone: ' ', department: '' });
    expect(bare.html).not.toContain('tel:');
    expect(bare.html).not.toMatch(/&middot;|·|>\s*,/);
    expect(bare.text).not.toMatch(/Phone|·|,/);
  });

  test('the plain-text twin has one line a row and web links in brackets', () => {
    const { text } = render(
      '<table><tr><td>{{full_name}}</td><td>{{job_title}}</td></tr><tr><td><a href="{{booking}}">Book me</a><br/>x</td></tr></table>',
      VALUES,
      { booking: 'https://cal.example/john' },
    );
    expect(text).toBe('-- \nJohn Smith Sales Manager\nBook me (https://cal.example/john)\nx\n');
  });
});

describe('what is not recognised is refused by name', () => {
  test.each([
    ['<script>alert(1)</script>', /line 1: <script> is not allowed/],
    [
      '<p>x</p>\n<img src="https://a.example/x.png" alt="" width="1" height="1" onerror="x()">',
      /line 2: <img> may have no attribute onerror/,
    ],
    ['<img src=x onerror=alert(1)>', /without a quoted value/],
    ['<svg/onload=alert(1)>', /<svg> is not allowed/],
    ['<a href="javascript:alert(1)">x</a>', /<a> href: a link begins with/],
    ['<a href="java&#115;cript:alert(1)">x</a>', /<a> href: a link begins with/],
    ['<a href=" https://a.example">x</a>', /<a> href/],
    ['<a href="data:text/html,x">x</a>', /<a> href/],
    ['<a href="//a.example">x</a>', /<a> href/],
    ['<a href="https://{{company}}/">x</a>', /<a> href/],
    ['<a href="{{full_name}}">x</a>', /<a> href/],
    ['<a href="https://a.example{{email}}">x</a>', /<a> href/],
    ['<img src="{{company}}" width="1" height="1" alt="">', /a merge field may stand in text/],
    ['<img src="data:image/png;base64,x" width="1" height="1" alt="">', /an absolute address/],
    ['<img src="https://a.example/x.png" alt="">', /<img> needs the attribute width/],
    ['<td>x</td>', /belongs into a table/],
    ['<table><tr>x<td></td></tr></table>', /text cannot stand directly in <tr>/],
    ['<p><table></table></p>', /<table> cannot stand in <p>/],
    ['<p style="background:url(https://a.example)">x</p>', /background is not allowed/],
    ['<p style="color:expression(alert(1))">x</p>', /the value of color is not allowed/],
    ['<p style="display:flex">x</p>', /display: flex is not kept/],
    ['<p style="position:fixed">x</p>', /position is not allowed/],
    ['<p style="color:\\75rl(x)">x</p>', /the value of color is not allowed/],
    ['<p style="{{company}}">x</p>', /a merge field may stand in text/],
    ['<style>p{}</style>', /<style> is not allowed/],
    ['<iframe src="https://a.example"></iframe>', /<iframe> is not allowed/],
    ['<form action="https://a.example"></form>', /<form> is not allowed/],
    ['<!-- x -->', /comments are not allowed/],
    ['<![CDATA[x]]>', /comments are not allowed/],
    ['<p>x', /<p> is never closed/],
    ['<b><i>x</b></i>', /closes nothing that is open here/],
    ['<p title="a" title="b">x</p>', /title twice/],
    ['<p>{{full_name</p>', /is no merge field/],
    ['<p>{{#phone}}</p>{{/phone}}', /closes nothing/],
    [
      '<p>{{constructor}} {{nick}}</p>',
      /\{\{constructor\}\} is no known field.*\{\{nick\}\} is no known field.*known are \{\{full_name\}\}/,
    ],
    ['<constructor>x</constructor>', /<constructor> is not allowed/],
    ['a & b', /written &amp;/],
    ['<p>\u202ex</p>', /writing direction/],
  ])('%s', (html, expected) => {
    expect(readFindings(html).join('; ')).toMatch(expected);
  });

  test('an own field used as a link must hold one, and none may be called as a member’s', () => {
    expect(readFindings('<a href="{{site}}">x</a>', { site: 'javascript:alert(1)' }).join()).toMatch(
      /site is used as a link/,
    );
    expect(readFindings('x', { email: 'x' }).join()).toMatch(/email: is a field of every member/);
    expect(readFindings('<a href="{{site}}">x</a>', { site: 'https://acme.example' })).toEqual([]);
  });
});

describe('no value of a field adds an element or an attribute', () => {
  const template =
    '<p title="{{company}}">{{full_name}} {{job_title}} {{department}} <a href="mailto:{{email}}">{{email}}</a> <a href="tel:{{phone}}">{{phone}}</a><a href="https://a.example/?q={{company}}">x</a></p>';
  /** Elements and the names of their attributes, in order. */
  const toShape = (html: string) =>
    [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, '=').replace(/\s+/g, ' '));
  const shape = toShape(render(template).html);

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '{{company}}{{#phone}}',
    '&lt;script&gt;',
    'javascript:alert(1)',
    '\u0000\u2028</p>',
  ])('%j', (hostile) => {
    for (const field of MEMBER_FIELDS) {
      const { html, text } = render(template, { ...VALUES, [field]: hostile });
      if (field !== 'phone') expect(toShape(html)).toEqual(shape);
      expect(html).not.toMatch(/<(script|img)|href="javascript/i);
      expect(text.split('\n')).toHaveLength(3);
    }
  });

  test('whatever is drawn', () => {
    const value = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 30 })
      .filter((drawn) => /[^\s\p{C}]/u.test(drawn));
    fc.assert(
      fc.property(value, value, value, (full_name, company, email) => {
        expect(toShape(render(template, { ...VALUES, full_name, company, email }).html)).toEqual(shape);
      }),
      { numRuns: 300 },
    );
  });

  test('no template whatever throws anything but what it finds, or renders an element beyond the list', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</p>',
      '<p ',
      '<a href="',
      '"',
      "'",
      '{{',
      '}}',
      '{{email}}',
      '<table>',
      '&',
      '&amp;',
      'x',
      'on="1"',
      '<!--',
      '<b>',
      '</b>',
      '/',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        try {
          const { html } = render(pieces.join(''));
          expect(html.replace(/<\/?(p|a|b|table)( href="[^"<>]*")?>/g, '')).not.toContain('<');
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
