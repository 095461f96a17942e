import type { landing } from '../messages/en/landing.ts';
import { escapeHtml, type PageLocale, toDocument } from './to-document.ts';

type Texts = typeof landing;

/** The page for a stranger: promise, the moving picture, the scenario, what it is worth, sources, privacy, price, start. */
export function toLandingPage(texts: Texts, locale: PageLocale): string {
  const signIn = `<a class="button quietly" href="/sign-in">${escapeHtml(texts.signIn)}</a>`;
  const { title, description, language } = texts;
  const parts = [toHero, toScenario, toWorth, toComparison, toPrivacy, toPrice, toFooter];
  const body = parts.map((toPart) => toPart(texts)).join('\n');
  return toDocument({ locale, title, description, language, actions: signIn }, body);
}

function toHero(texts: Texts): string {
  const frames = [1, 2, 3].map(toFrame).join('');
  return `<section class="hero"><h1>${escapeHtml(texts.promise)}</h1><p class="lead">${escapeHtml(texts.promiseMore)}</p>
<p><a class="button" href="/sign-up">${escapeHtml(texts.start)}</a></p><p class="quiet">${escapeHtml(texts.startMore)}</p></section>
<figure class="film"><div class="frames" role="img" aria-label="${escapeHtml(texts.pictureAlt)}">${frames}</div>
<figcaption class="quiet">${escapeHtml(texts.pictureNote)}</figcaption></figure>
<p class="shift">${escapeHtml(texts.shift)}</p><p class="one-liner">${escapeHtml(texts.oneLiner)}</p>`;
}

/** Each frame is a photograph of the product in both themes; the style sheet shows them one after the other. */
function toFrame(number: number): string {
  const loading = number === 1 ? 'eager' : 'lazy';
  return `<picture class="frame frame-${number}"><source media="(prefers-color-scheme: dark)" srcset="/landing/live-${number}-dark.jpg"><img src="/landing/live-${number}-light.jpg" width="1120" height="700" alt="" loading="${loading}"></picture>`;
}

function toScenario(texts: Texts): string {
  return `<section><h2>${escapeHtml(texts.scenarioTitle)}</h2><div class="two">
<div class="card"><h3>${escapeHtml(texts.beforeTitle)}</h3><p>${escapeHtml(texts.before)}</p></div>
<div class="card now"><h3>${escapeHtml(texts.afterTitle)}</h3><p>${escapeHtml(texts.after)}</p></div></div></section>`;
}

function toWorth(texts: Texts): string {
  const rows = texts.rows.map(
    ([feature = '', name = '', worth = '']) =>
      `<tr><td>${escapeHtml(feature)}</td><td><strong>${escapeHtml(name)}</strong><br>${escapeHtml(worth)}</td></tr>`,
  );
  return toTable(texts.tableTitle, [texts.tableFeature, texts.tableWorth], rows);
}

function toComparison(texts: Texts): string {
  const rows = texts.honest.map(
    ([who = '', what = '', source = '']) =>
      `<tr><td><a href="${escapeHtml(source)}" rel="noreferrer">${escapeHtml(who)}</a></td><td>${escapeHtml(what)}</td></tr>`,
  );
  const lead = `<p>${escapeHtml(texts.honestLead)}</p>`;
  return toTable(texts.honestTitle, [texts.honestWho, texts.honestWhat], rows, { lead, note: texts.honestDate });
}

function toTable(
  title: string,
  [first, second]: readonly [string, string],
  rows: readonly string[],
  more: { lead: string; note: string } = { lead: '', note: '' },
): string {
  const note = more.note === '' ? '' : `<p class="quiet">${escapeHtml(more.note)}</p>`;
  return `<section><h2>${escapeHtml(title)}</h2>${more.lead}<table><thead><tr><th scope="col">${escapeHtml(first)}</th><th scope="col">${escapeHtml(second)}</th></tr></thead><tbody>${rows.join('')}</tbody></table>${note}</section>`;
}

function toPrivacy(texts: Texts): string {
  const lines = texts.privacy.map((line) => `<li>${escapeHtml(line)}</li>`).join('');
  return `<section><h2>${escapeHtml(texts.privacyTitle)}</h2><ol class="lines">${lines}</ol></section>`;
}

function toPrice(texts: Texts): string {
  return `<section class="two"><div class="card"><h2>${escapeHtml(texts.priceTitle)}</h2><p><span class="price">${escapeHtml(texts.price)}</span> ${escapeHtml(texts.priceUnit)}</p><p>${escapeHtml(texts.priceMore)}</p><p><a class="button" href="/sign-up">${escapeHtml(texts.start)}</a></p></div>
<div class="card"><h2>${escapeHtml(texts.hostTitle)}</h2><pre><code>npm start\nnpm run mailtracker -- demo</code></pre><p>${escapeHtml(texts.hostMore)}</p></div></section>`;
}

function toFooter(texts: Texts): string {
  return `<footer class="quiet"><a href="/why">${escapeHtml(texts.footerWhy)}</a> · <a href="/api/docs">${escapeHtml(texts.footerApi)}</a></footer>`;
}
