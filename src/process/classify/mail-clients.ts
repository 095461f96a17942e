import type { OpenerFamily } from './opener-family.ts';

/** Mail programs on the reader's own device: they never reach a list of bots, several of which name them. */
export const mailClients: OpenerFamily = {
  agents: [
    {
      kind: 'mail_client',
      match: /\bOutlook-iOS|\bOutlook-Android/,
      client: 'Outlook',
      device: 'mobile',
      source: 'facts: "Outlook-iOS/726.5856270.prod.iphone (4.57.0)", "Outlook-iOS-Android/1.0"',
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
      match: /\bThunderbird\//,
      client: 'Thunderbird',
      source: 'https://developer.mozilla.org/docs/Web/HTTP/Headers/User-Agent',
    },
    {
      kind: 'mail_client',
      match: /^(?:Mobile)?Mail\/[\d.]+ CFNetwork\//,
      client: 'Apple Mail',
      source: 'https://github.com/ua-parser/uap-core tests',
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
