// Control characters, and the marks that turn the direction of what follows them: a name may be in any script, but not
// reorder the sentence around it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]+/g;

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One line of at most `charsMax` UTF-16 units, ending in … when cut; an emoji is never cut in two. */
export function toDisplayText(text: string, charsMax: number): string {
  // Only the beginning is ever shown: 5,000 characters of name cost no more than 200.
  const line = text
    .slice(0, charsMax * 4)
    .replace(UNSEEN, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  if (line.length <= charsMax && text.length <= charsMax * 4) return line;
  let end = 0;
  for (const { index, segment } of GRAPHEMES.segment(line)) {
    if (index + segment.length > charsMax - 1) break;
    end = index + segment.length;
  }
  return `${line.slice(0, end).trimEnd()}…`;
}
