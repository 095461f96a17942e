/**
 * What a signature template may hold: what Gmail, Outlook and Apple Mail all keep and none of them runs. Whatever is
 * not named here is refused, so a new kind of attack has to be let in on purpose.
 */
export interface AllowedElement {
  readonly attributes: readonly string[];
  /** Elements that may stand directly in it; null: whatever its kind allows. */
  readonly children: readonly string[] | null;
  readonly kind: 'void' | 'inline' | 'block' | 'table';
  readonly required?: readonly string[];
}

const GLOBAL = ['style', 'dir', 'lang', 'title'];
const CELL = [...GLOBAL, 'align', 'valign', 'width', 'height', 'bgcolor', 'colspan', 'rowspan'];
const ROWS: AllowedElement = { attributes: [...GLOBAL, 'align', 'valign'], children: ['tr'], kind: 'table' };
const INLINE: AllowedElement = { attributes: GLOBAL, children: null, kind: 'inline' };
const BLOCK: AllowedElement = { attributes: [...GLOBAL, 'align'], children: null, kind: 'block' };

export const ALLOWED_ELEMENTS: Readonly<Record<string, AllowedElement>> = {
  table: {
    attributes: [...GLOBAL, 'align', 'width', 'height', 'bgcolor', 'border', 'cellpadding', 'cellspacing', 'role'],
    children: ['thead', 'tbody', 'tfoot', 'tr'],
    kind: 'table',
  },
  thead: ROWS,
  tbody: ROWS,
  tfoot: ROWS,
  tr: { attributes: [...GLOBAL, 'align', 'valign', 'bgcolor', 'height'], children: ['td', 'th'], kind: 'table' },
  td: { attributes: CELL, children: null, kind: 'block' },
  th: { attributes: CELL, children: null, kind: 'block' },
  div: BLOCK,
  p: BLOCK,
  a: { attributes: [...GLOBAL, 'href', 'target'], children: null, kind: 'inline', required: ['href'] },
  img: {
    attributes: [...GLOBAL, 'src', 'alt', 'width', 'height', 'border', 'align'],
    children: [],
    kind: 'void',
    required: ['src', 'alt', 'width', 'height'],
  },
  br: { attributes: [], children: [], kind: 'void' },
  hr: { attributes: ['style', 'width', 'align', 'size', 'color'], children: [], kind: 'void' },
  span: INLINE,
  b: INLINE,
  strong: INLINE,
  i: INLINE,
  em: INLINE,
  u: INLINE,
  small: INLINE,
  sup: INLINE,
  sub: INLINE,
};

/** Elements that hold text of one line of thought: no table, no block inside. A parser would close them early. */
export const HOLDS_INLINE_ONLY = new Set(['p', ...Object.keys(ALLOWED_ELEMENTS).filter(isInline)]);

function isInline(name: string): boolean {
  return ALLOWED_ELEMENTS[name]?.kind === 'inline';
}

/** CSS that the big clients keep and that cannot fetch, move or hide anything. */
export const ALLOWED_STYLES = new Set(
  `background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse
  border-color border-left border-left-color border-left-style border-left-width border-radius border-right
  border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color
  border-top-style border-top-width border-width color direction display font font-family font-size font-style
  font-weight height letter-spacing line-height margin margin-bottom margin-left margin-right margin-top max-width
  mso-line-height-rule mso-table-lspace mso-table-rspace outline padding padding-bottom padding-left padding-right
  padding-top text-align text-decoration text-transform vertical-align white-space width word-break`.split(/\s+/),
);
export const ALLOWED_DISPLAYS = new Set(['block', 'inline', 'inline-block', 'table', 'table-row', 'table-cell']);

/** Letters, numbers, colours, lengths and quoted font names; brackets only as rgb(…) and rgba(…). */
export const STYLE_VALUE = /^(?:[\w\s#%.,+-]|'[\w\s.-]*'|rgba?\([\d\s.,%]+\))+$/i;

/** What each attribute's value must be; the others are text. */
export const ATTRIBUTE_VALUES: Readonly<Record<string, readonly [pattern: RegExp, expected: string]>> = {
  align: [/^(left|right|center|justify)$/i, 'left, right or center'],
  valign: [/^(top|middle|bottom|baseline)$/i, 'top, middle or bottom'],
  width: [/^\d{1,4}%?$/, 'a number of pixels or per cents'],
  height: [/^\d{1,4}%?$/, 'a number of pixels or per cents'],
  size: [/^\d{1,2}$/, 'a number'],
  border: [/^\d{1,2}$/, 'a number'],
  cellpadding: [/^\d{1,3}$/, 'a number'],
  cellspacing: [/^\d{1,3}$/, 'a number'],
  colspan: [/^\d{1,2}$/, 'a number'],
  rowspan: [/^\d{1,2}$/, 'a number'],
  bgcolor: [/^(#[\da-f]{3}|#[\da-f]{6}|[a-z]{3,20})$/i, 'a colour such as #2b6cb0'],
  color: [/^(#[\da-f]{3}|#[\da-f]{6}|[a-z]{3,20})$/i, 'a colour such as #2b6cb0'],
  dir: [/^(ltr|rtl|auto)$/i, 'ltr or rtl'],
  lang: [/^[a-z]{2,3}(-[a-z\d]{2,8})*$/i, 'a language such as en'],
  role: [/^presentation$/i, 'presentation'],
  target: [/^_blank$/i, '_blank'],
};

/** Named characters that templates may use; numbered ones are allowed beyond the control characters. */
export const NAMED_CHARACTERS: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '\u00a9',
  reg: '\u00ae',
  trade: '\u2122',
  middot: '\u00b7',
  bull: '\u2022',
  ndash: '\u2013',
  mdash: '\u2014',
  hellip: '\u2026',
  lsquo: '\u2018',
  rsquo: '\u2019',
  ldquo: '\u201c',
  rdquo: '\u201d',
  laquo: '\u00ab',
  raquo: '\u00bb',
  euro: '\u20ac',
  pound: '\u00a3',
  phone: '\u260e',
};
