import { escapeHtml, toOneLine } from './escape-html.ts';
import { toPixelImage } from './to-pixel-image.ts';

/** The fields of the default signature. Null ones leave no gap. */
export interface SignatureFields {
  readonly fullName: string;
  readonly jobTitle: string | null;
  readonly department: string | null;
  readonly company: string;
  readonly email: string;
  readonly phone: string | null;
}

/**
 * The default signature and its plain-text twin. Tables and inline CSS only, which Gmail, Outlook and Apple Mail keep;
 * every field is escaped; the pixels stand in one last row, so that a blocked one moves nothing.
 */
export function renderSignature(
  fields: SignatureFields,
  pixelUrls: readonly string[],
): { readonly html: string; readonly text: string } {
  return { html: renderHtml(fields, pixelUrls), text: renderText(fields) };
}

const TABLE =
  'role="presentation" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt"';
const FONT = 'font-family:Arial,Helvetica,sans-serif';
const NAME = `${FONT};font-size:16px;line-height:22px;font-weight:bold;color:#1f2933`;
const LINE = `${FONT};font-size:13px;line-height:20px;color:#52606d`;
const LINK = 'color:#2b6cb0;text-decoration:none';
const SEPARATOR = '<span style="color:#9aa5b1">&nbsp;|&nbsp;</span>';

function renderHtml(fields: SignatureFields, pixelUrls: readonly string[]): string {
  const position = [fields.jobTitle, fields.department].filter(isFilled).map(escapeHtml).join(', ');
  const contact = [toMailLink(fields.email), ...[fields.phone].filter(isFilled).map(toPhoneLink)].join(SEPARATOR);
  const rows = [
    `<tr><td style="${NAME}">${escapeHtml(fields.fullName)}</td></tr>`,
    `<tr><td style="${LINE}">${[position, escapeHtml(fields.company)].filter(isFilled).join(SEPARATOR)}</td></tr>`,
    `<tr><td style="${LINE}">${contact}</td></tr>`,
    pixelUrls.length === 0
      ? ''
      : `<tr><td style="font-size:1px;line-height:1px">${pixelUrls.map(toPixelImage).join('')}</td></tr>`,
  ];
  const words = `<table ${TABLE}><tbody>${rows.join('')}</tbody></table>`;
  const cell = 'border-left:3px solid #2b6cb0;padding:2px 0 2px 12px';
  return `<table ${TABLE}><tbody><tr><td style="${cell}">${words}</td></tr></tbody></table>`;
}

function toMailLink(email: string): string {
  return `<a href="mailto:${escapeHtml(encodeURI(toOneLine(email)))}" style="${LINK}">${escapeHtml(email)}</a>`;
}

/** The link dials the digits and a leading plus; what is no number stays plain text. */
function toPhoneLink(phone: string): string {
  const digits = phone.replace(/[^\d]/g, '');
  if (digits.length < 3) return escapeHtml(phone);
  return `<a href="tel:${phone.trim().startsWith('+') ? '+' : ''}${digits}" style="${LINK}">${escapeHtml(phone)}</a>`;
}

/** Two dashes and a space: the line by which mail clients know a signature (RFC 3676). */
function renderText(fields: SignatureFields): string {
  const position = [fields.jobTitle, fields.department].filter(isFilled).map(toOneLine).join(', ');
  const lines = [
    '-- ',
    toOneLine(fields.fullName),
    [position, toOneLine(fields.company)].filter(isFilled).join(' | '),
    [fields.email, fields.phone].filter(isFilled).map(toOneLine).join(' | '),
  ];
  return `${lines.join('\n')}\n`;
}

function isFilled(text: string | null): text is string {
  return text !== null && text.trim() !== '';
}
