import type { Plugin } from 'vite';
import { landing as landingDe } from '../messages/de/landing.ts';
import { why as whyDe } from '../messages/de/why.ts';
import { landing as landingEn } from '../messages/en/landing.ts';
import { why as whyEn } from '../messages/en/why.ts';
import { toLandingPage } from './to-landing-page.ts';
import { toWhyPage } from './to-why-page.ts';

// The two pages for strangers, as plain HTML without a script, one file per page and language. The build writes them
// beside index.html; the server picks the language. What must never happen: a request to another host, a text that
// is not in the catalogue.

/** The Vite plugin that adds the pages to the build. */
export function publicPages(): Plugin {
  return {
    name: 'public-pages',
    apply: 'build',
    generateBundle() {
      for (const [fileName, source] of Object.entries(toPublicPages())) {
        this.emitFile({ type: 'asset', fileName, source });
      }
    },
  };
}

/** File name to HTML. */
export function toPublicPages(): Record<string, string> {
  return {
    'landing.en.html': toLandingPage(landingEn, 'en'),
    'landing.de.html': toLandingPage(landingDe, 'de'),
    'why.en.html': toWhyPage(whyEn, 'en'),
    'why.de.html': toWhyPage(whyDe, 'de'),
  };
}
