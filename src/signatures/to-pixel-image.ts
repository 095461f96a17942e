import { escapeHtml } from './escape-html.ts';

/**
 * The image as mail clients load it: sized by attribute and style, an empty alt so that a blocked one leaves no word
 * behind, never `display:none` (some clients then do not fetch it).
 */
export function toPixelImage(url: string): string {
  return `<img src="${escapeHtml(url)}" width="1" height="1" alt="" border="0" style="display:block;width:1px;height:1px;border:0;outline:none;text-decoration:none" />`;
}

/** The pixels in one last row of their own, so that a blocked one moves nothing; empty without any. */
export function toPixelRow(urls: readonly string[]): string {
  if (urls.length === 0) return '';
  const cell = `<td style="font-size:1px;line-height:1px">${urls.map(toPixelImage).join('')}</td>`;
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse"><tbody><tr>${cell}</tr></tbody></table>`;
}
