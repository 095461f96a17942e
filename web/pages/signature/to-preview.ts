/**
 * The signature below the lines of a mail, without its pixels and links: looking at it loads nothing from the tracker,
 * so it never counts as an open, and nothing in it can be followed. The nodes belong to a document that is not shown
 * and loads no image.
 */
export function toPreview(
  html: string,
  lines: readonly string[],
): { readonly style: HTMLStyleElement; readonly content: readonly Node[] } {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  for (const active of parsed.querySelectorAll(ACTIVE)) active.remove();
  for (const image of parsed.querySelectorAll('img'))
    if (/\/api\/t\//.test(image.getAttribute('src') ?? '')) image.remove();
  for (const link of parsed.querySelectorAll('a')) link.removeAttribute('href');
  const style = parsed.createElement('style');
  style.textContent = STYLE;
  const mail = lines.map((line) => {
    const paragraph = parsed.createElement('p');
    paragraph.textContent = line;
    return paragraph;
  });
  return { style, content: [...mail, ...parsed.body.childNodes] };
}

const ACTIVE = 'script, style, iframe, frame, object, embed, link, meta, base, form, svg, math, template';

const STYLE = `
  html { background: #fff; color: #1f1f1f; color-scheme: light; overflow-x: auto; overflow-y: hidden; }
  body { margin: 0; padding: 20px 24px 24px; font: 14px/20px Arial, Helvetica, sans-serif; overflow-wrap: anywhere; }
  p { margin: 0 0 14px; }
`;
