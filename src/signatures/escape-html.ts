const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML text or inside a quoted attribute. Line breaks and control characters become spaces. */
export function escapeHtml(text: string): string {
  return toOneLine(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** One line of printable text; also drops the marks that reverse the writing direction and could disguise a field. */
export function toOneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
