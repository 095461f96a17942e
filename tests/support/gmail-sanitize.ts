// What Gmail does to a mail's HTML before it shows it, as far as Google documents it ("CSS Support", Gmail for
// developers) and as senders have measured it: elements that run or fetch are gone, ids and classes are renamed, and of
// an inline style only known properties stay; a style that fetches anything is dropped whole.

const GONE =
  /<(script|iframe|object|embed|form|input|button|svg|video|audio|link|meta|base)\b(?:[^>]*>[\s\S]*?<\/\1>|[^>]*>)/gi;

const KEPT = new Set(
  `background background-color border border-bottom border-bottom-color border-bottom-left-radius
  border-bottom-right-radius border-bottom-style border-bottom-width border-collapse border-color border-left
  border-left-color border-left-style border-left-width border-radius border-right border-right-color
  border-right-style border-right-width border-spacing border-style border-top border-top-color
  border-top-left-radius border-top-right-radius border-top-style border-top-width border-width clear color direction
  display float font font-family font-size font-style font-variant font-weight height letter-spacing line-height
  list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width
  opacity outline outline-color outline-style outline-width overflow padding padding-bottom padding-left padding-right
  padding-top table-layout text-align text-decoration text-indent text-overflow text-transform unicode-bidi
  vertical-align white-space width word-break word-spacing word-wrap`.split(/\s+/),
);

export interface GmailView {
  readonly html: string;
  /** What did not come through: elements, attributes and style properties, each once. */
  readonly dropped: readonly string[];
}

export function gmailSanitize(html: string): GmailView {
  const dropped = new Set<string>();
  const shown = html
    .replace(GONE, (_whole, name: string) => {
      dropped.add(`<${name.toLowerCase()}>`);
      return '';
    })
    .replace(/\s(on\w+|srcset|background)="[^"]*"/gi, (_whole, name: string) => {
      dropped.add(name.toLowerCase());
      return '';
    })
    .replace(/\s(class|id)="([^"]*)"/gi, ' $1="m_8214$2"')
    .replace(/\sstyle="([^"]*)"/gi, (_whole, style: string) => {
      const kept = keepStyle(style, dropped);
      return kept === '' ? '' : ` style="${kept}"`;
    });
  return { html: shown, dropped: [...dropped] };
}

function keepStyle(style: string, dropped: Set<string>): string {
  if (/url\s*\(|expression|@import|javascript:/i.test(style)) {
    dropped.add('style that fetches');
    return '';
  }
  const kept = style.split(';').filter((declaration) => {
    const [property = '', value = ''] = declaration.split(':').map((text) => text.trim().toLowerCase());
    if (property === '') return false;
    const isKept = KEPT.has(property) && !(property.startsWith('margin') && /(^|\s)-/.test(value));
    if (!isKept) dropped.add(property);
    return isKept;
  });
  return kept.join(';');
}
