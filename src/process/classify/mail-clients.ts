import { isMailProgram, toMailProgram } from './mail-programs.ts';
import type { OpenerFamily } from './opener-family.ts';

/** Mail programs on the reader's own device: they never reach a list of bots, several of which name them. */
export const mailClients: OpenerFamily = {
  agents: [
    {
      kind: 'mail_client',
      match: /\bOutlook-iOS|\bOutlook-Android/,
      client: 'Outlook',
      device: 'mobile',
      source: 'observed: "Outlook-iOS/726.5856270.prod.iphone (4.57.0)", "Outlook-iOS-Android/1.0"',
    },
    {
      kind: 'mail_client',
      match:
        /\bMacOutlook\/|\bMicrosoft Outlook\b|\bms-office\b|\bMSOffice\b|^Microsoft Office\/|\bOneOutlook\/|^Outlook-Express\//,
      client: 'Outlook',
      source: 'https://github.com/ua-parser/uap-core tests name the family; the new Outlook adds OneOutlook',
    },
    {
      kind: 'mail_client',
      match: /\b(?:Thunderbird|Betterbird|SeaMonkey-Mail)\//,
      client: 'Thunderbird',
      source: 'https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/User-Agent; Betterbird descends from it',
    },
    {
      // Apple's own programs name themselves before its URL loading system.
      kind: 'mail_client',
      match: /^(?:Mobile)?Mail\/[\d.]+ CFNetwork\//,
      client: 'Apple Mail',
      source: 'https://github.com/ua-parser/uap-core tests',
    },
    {
      kind: 'mail_client',
      match: /^Yahoo(?:%20| )?(?:Mobile)?(?:%20| )?Mail\b/,
      client: 'Yahoo Mail',
      device: 'mobile',
      source: 'https://github.com/ua-parser/uap-core tests; the program on telephones, not the proxy',
    },
    {
      kind: 'mail_client',
      match: /\bSuperhuman\b/,
      client: 'Superhuman',
      source: 'https://github.com/ua-parser/uap-core tests; without the proxy that usually stands in front',
    },
    {
      kind: 'mail_client',
      match: isMailProgram,
      client: toMailProgram,
      source: 'the names in mail-programs.ts',
    },
    {
      // Whatever calls itself a mail program in one word and a version, and was named by no pattern of bots before.
      kind: 'mail_client',
      match:
        /(?:^|\s)(?:[A-Za-z-]{0,30}(?:Mail|Email)|[A-Z][a-z]{1,30}mail)(?:Client|App|Desktop|-Desktop|PC)?(?:_[A-Za-z_]{1,30})?\/v?\d[\w.]{0,30}(?:\s|$)/,
      source:
        'mail programs name themselves so; mail harvesters and servers carry the words of bots or of HTTP libraries',
    },
    {
      // Mail in a window among other services, calendars' and news readers' programs with a mail view.
      kind: 'mail_client',
      match:
        /^Mozilla.*\b(?:Basecamp3|Notion|ramboxpro|Rambox|Franz|Ferdium|Lark|DingTalk|Raindrop\.io)\/[\w.]+|^(?:DAVx5|DAVdroid|Monazilla)\//,
      source: 'https://github.com/matomo-org/device-detector counts them with the mail programs',
    },
  ],
  rules: [
    {
      reason: 'mail_client',
      verdict: 'human',
      confidence: 'certain',
      source: 'the program named itself; see the pattern that recognised it',
      applies: ({ kind }) => kind === 'mail_client',
    },
  ],
};
