/**
 * The signature as a page for the preview's frame, without its pixels and links: looking at it loads nothing from the
 * tracker, so it never counts as an open, and nothing in it can be followed.
 */
export function toPreview(html: string, pixelUrls: readonly string[]): string {
  // A parsed document that is not shown loads no image.
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  for (const image of parsed.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? '';
    if (pixelUrls.includes(source) || source.includes('/api/t/')) image.remove();
  }
  for (const link of parsed.querySelectorAll('a')) link.removeAttribute('href');
  for (const active of parsed.querySelectorAll('script, iframe, object, embed, link, meta, base, form'))
    active.remove();
  return `<!doctype html><html><head><meta charset="utf-8"><style>${STYLE}</style></head><body>${GREETING}${parsed.body.innerHTML}</body></html>`;
}

const STYLE = `
  html { background: #fff; color: #1f1f1f; color-scheme: light; overflow-x: auto; overflow-y: hidden; }
  body { margin: 0; padding: 20px 24px 24px; font: 14px/20px Arial, Helvetica, sans-serif; overflow-wrap: anywhere; }
  p { margin: 0 0 14px; }
`;

const GREETING = '<p>Hi Jo,</p><p>As promised, the proposal is attached. Shall we speak on Tuesday?</p><p>Best,</p>';
