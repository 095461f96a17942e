/** Escapes text for an element's content or a quoted attribute (HTML Standard, 13.3). */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => ESCAPES[mark] ?? mark);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export type PageLocale = 'en' | 'de';

interface Head {
  readonly locale: PageLocale;
  readonly title: string;
  readonly description: string;
  /** What the other language calls itself. */
  readonly language: string;
  /** HTML at the right of the top bar. */
  readonly actions: string;
}

/** A whole page around `body`, which is HTML already. */
export function toDocument(head: Head, body: string): string {
  const other = head.locale === 'en' ? 'de' : 'en';
  return `<!doctype html>
<html lang="${head.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(head.title)}</title>
<meta name="description" content="${escapeHtml(head.description)}">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/landing/landing.css">
</head>
<body>
<header class="top">
<a class="mark" href="/?lang=${head.locale}">${LOGO}MailTracker</a>
<nav><a href="?lang=${other}" lang="${other}" hreflang="${other}">${escapeHtml(head.language)}</a>${head.actions}</nav>
</header>
<main>${body}</main>
</body>
</html>
`;
}

const LOGO =
  '<svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6" fill="#0b7268"/><path d="M5 8.2l7 5 7-5" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/><circle cx="18" cy="16.5" r="2" fill="#fff"/></svg>';
