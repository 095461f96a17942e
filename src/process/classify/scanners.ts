import type { OpenerFamily } from './opener-family.ts';

/**
 * Mail security: what looks at every image before or beside the reader. Its agents are rarely honest (of 50,000
 * labelled agents one names a mail security product), so the documented networks do most of the work.
 */
export const scanners: OpenerFamily = {
  agents: [
    {
      kind: 'scanner',
      match: /^(?:Barracuda\b|SCMGUARD|cortex\/|Microsoft Exchange\/|Office 365 Connectors)/i,
      client: 'Other',
      source: 'https://www.gmass.co/blog/false-opens-in-gmail/ and Barracuda Sentinel as seen by isbot',
    },
    {
      // Office asks this before it opens a link that somebody clicked: no image was shown.
      kind: 'scanner',
      match: /^Microsoft Office (?:Existence|Protocol) Discovery/,
      client: 'Other',
      source: 'https://learn.microsoft.com/openspecs/office_file_formats (Office link pre-check)',
    },
    {
      kind: 'scanner',
      match:
        /^(?!.*(?:MSIE|Trident|Chrome\/|Firefox\/|Safari\/)).*\b(?:Proofpoint|Mimecast|IronPort|Forcepoint|Sophos|Symantec|TrendMicro|Trend Micro|Fortinet|FortiMail|FireEye|Trellix|Hornetsecurity|Avanan|SafeLinks|MailGuard|MailScanner|URLDefense|BitDefender|Kaspersky|McAfee)\b/i,
      client: 'Other',
      source: 'no such agent was found in 50,000 labelled ones; beside a browser the name is a toolbar of the reader',
    },
  ],
  rules: [
    {
      reason: 'scanner_agent',
      verdict: 'scanner',
      confidence: 'certain',
      source: 'https://www.gmass.co/blog/false-opens-in-gmail/',
      applies: ({ kind }) => kind === 'scanner',
    },
    {
      reason: 'mail_gateway',
      verdict: 'scanner',
      confidence: 'certain',
      source:
        'https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges (Exchange Online Protection)',
      applies: ({ network, isNetworkListOld }) => network === 'mail_gateway' && !isNetworkListOld,
    },
    {
      reason: 'mail_gateway',
      verdict: 'scanner',
      confidence: 'probable',
      source: 'the same, from a list older than 90 days',
      applies: ({ network }) => network === 'mail_gateway',
    },
    {
      // Browser isolation puts a few people behind these networks too.
      reason: 'security_vendor',
      verdict: 'scanner',
      confidence: 'probable',
      source: 'https://github.com/warmbly/warmbly tracking/scanner-networks.txt judges the same networks probable',
      applies: ({ network }) => network === 'security_vendor',
    },
  ],
};
