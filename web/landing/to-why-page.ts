import type { why } from '../messages/en/why.ts';
import { escapeHtml, type PageLocale, toDocument } from './to-document.ts';

/** The page for a recipient: what the image in a signature tells, what it does not, and how to stop it. */
export function toWhyPage(texts: typeof why, locale: PageLocale): string {
  const sections = texts.sections.map(
    ({ title, lines }) =>
      `<section><h2>${escapeHtml(title)}</h2><ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul></section>`,
  );
  const body = `<article class="plain"><h1>${escapeHtml(texts.title)}</h1><p class="lead">${escapeHtml(texts.lead)}</p>${sections.join('')}<p class="quiet">${escapeHtml(texts.who)}</p></article>`;
  return toDocument({ locale, ...pick(texts), actions: '' }, body);
}

function pick({ title, description, language }: typeof why) {
  return { title: `${title} · MailTracker`, description, language };
}
