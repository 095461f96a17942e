import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NETWORK_CLASSES, type NetworkClass } from '../../domain/network-class.ts';
import { explain, REASONS } from '../../domain/reasons.ts';
import type { Confidence, Device, Verdict } from '../../domain/verdict.ts';
import { classify, type HitFacts } from './classify.ts';
import { toAgent } from './to-agent.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const GMAIL = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';
const GMAIL_PREFETCH =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0';
const YAHOO = 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html';
const FASTMAIL =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.5993.117 Safari/537.36 FastmailUA/1.0';
const HEY =
  'hey.com/imageproxy Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0 Safari/537.36';
const SUPERHUMAN =
  'Superhuman/3.10.1 (com.superhuman.Superhuman; build:11343; iOS 17.5.1) Alamofire/5.9.0 (via SuperhumanProxy; hello@superhuman.com)';
const BARE_WEBKIT = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const IOS_MAIL =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148';

function judge(userAgent: string, networkClass: NetworkClass = 'eyeball', more: Partial<HitFacts> = {}) {
  return classify({ userAgent, networkClass, hints: { isPrefetch: false }, ...more });
}

describe('by its agent alone, at a reader’s network', () => {
  const cases: readonly (readonly [userAgent: string, Verdict, client: string, Device])[] = [
    // Readers' own software.
    [CHROME, 'human', 'Chrome', 'desktop'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
      'human',
      'Safari',
      'desktop',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
      'human',
      'Safari',
      'mobile',
    ],
    [
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
      'human',
      'Chrome',
      'mobile',
    ],
    [
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      'human',
      'Chrome',
      'tablet',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
      'human',
      'Apple Mail',
      'tablet',
    ],
    [
      'Mozilla/5.0 (Linux; Android 13; SM-X700; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/139.0.0.0 Mobile Safari/537.36',
      'human',
      'Chrome',
      'tablet',
    ],
    [
      'Mozilla/5.0 (Linux; Android 8.1.0; CUBOT_POWER) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/92.0.4515.159 Mobile Safari/537.36',
      'human',
      'Chrome',
      'mobile',
    ],
    [IOS_MAIL, 'human', 'Apple Mail', 'mobile'],
    [BARE_WEBKIT, 'human', 'Apple Mail or Outlook', 'unknown'],
    ['Mail/3774.600.62 CFNetwork/1568.200.51 Darwin/24.1.0', 'human', 'Apple Mail', 'desktop'],
    ['Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18129; Pro)', 'human', 'Outlook', 'desktop'],
    ['Mozilla/4.0 (compatible; ms-office; MSOffice 16)', 'human', 'Outlook', 'desktop'],
    ['MacOutlook/16.89.24090815 (Intelx64 Mac OS X 14.6.1 (23G93))', 'human', 'Outlook', 'desktop'],
    [`${CHROME} Edg/141.0.0.0 OneOutlook/1.2025.1001.100`, 'human', 'Outlook', 'desktop'],
    ['Outlook-iOS/2.0', 'human', 'Outlook', 'mobile'],
    ['Outlook-iOS-Android/1.0', 'human', 'Outlook', 'mobile'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.1', 'human', 'Thunderbird', 'desktop'],
    ['SamsungEmail/6.1.99.1', 'human', 'Samsung Email', 'mobile'],
    ['eMClient/10.1.4828.0', 'human', 'eM Client', 'desktop'],
    ['NaverMailApp/2.9.1 (Android 14; SM-S928N)', 'human', 'Naver Mail', 'mobile'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Mailspring/1.14.0 Chrome/120.0.0.0 Electron/28.0.0 Safari/537.36',
      'human',
      'Mailspring',
      'desktop',
    ],
    ['PostmarkMail/4.2 (iPhone; iOS 18.1)', 'human', 'Other', 'mobile'],
    ['ShinyReader/7.1 (iPad; iPadOS 18.0; Scale/2.0)', 'human', 'Other', 'tablet'],
    // Services that fetch because the reader opened.
    [YAHOO, 'proxy_open', 'Yahoo Mail', 'unknown'],
    [`Mozilla/5.0 (compatible; ${YAHOO})`, 'proxy_open', 'Yahoo Mail', 'unknown'],
    [FASTMAIL, 'proxy_open', 'Fastmail', 'unknown'],
    [HEY, 'proxy_open', 'HEY', 'unknown'],
    [SUPERHUMAN, 'proxy_open', 'Superhuman', 'mobile'],
    [`${CHROME} (via SuperhumanProxy; hello@superhuman.com)`, 'proxy_open', 'Superhuman', 'desktop'],
    ['Mozilla/5.0 SeznamEmailProxy/2.0.174', 'proxy_open', 'Seznam Email', 'unknown'],
    ['ExampleMail/3.0 (compatible; ImageProxy/1.2)', 'proxy_open', 'Other', 'unknown'],
    // Services that fetch although nobody opened.
    ['Mozilla/5.0', 'prefetch', 'Apple Mail', 'unknown'],
    [GMAIL_PREFETCH, 'prefetch', 'Gmail', 'unknown'],
    // Scanners that say so.
    ['Barracuda Sentinel (EE)', 'scanner', 'Other', 'unknown'],
    ['Microsoft Office Existence Discovery', 'scanner', 'Other', 'desktop'],
    ['Microsoft Exchange/15.20 (Windows NT 10.0; Win64; x64)', 'scanner', 'Other', 'desktop'],
    ['cortex/1.0', 'scanner', 'Other', 'unknown'],
    ['Mimecast-URL-Protect/2.1', 'scanner', 'Other', 'unknown'],
    // Machines.
    ['', 'bot', 'Other', 'unknown'],
    [' \t ', 'bot', 'Other', 'unknown'],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'bot', 'Other', 'unknown'],
    ['ExampleWatcher/2.0 (+https://example.com/why)', 'bot', 'Other', 'unknown'],
    ['curl/8.11.0', 'bot', 'Other', 'unknown'],
    ['python-requests/2.32.3', 'bot', 'Other', 'unknown'],
    ['Go-http-client/2.0', 'bot', 'Other', 'unknown'],
    ['Java/21.0.5', 'bot', 'Other', 'unknown'],
    ['kube-probe/1.31', 'bot', 'Other', 'unknown'],
    ['containerd/2.0.0+unknown', 'bot', 'Other', 'unknown'],
    ['PHPMailer/6.9.1', 'bot', 'Other', 'unknown'],
    ['FastmailUA/1.0', 'bot', 'Other', 'unknown'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36',
      'bot',
      'Other',
      'desktop',
    ],
    [
      'Mozilla/6.4 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.0.0 Safari/537.36',
      'bot',
      'Other',
      'desktop',
    ],
    // What cannot be told.
    ['iOS/18.1 (22B83) dataaccessd/1.0', 'unknown', 'Other', 'mobile'],
    ['Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UQ1A)', 'unknown', 'Other', 'mobile'],
    ['SomeApp/12 CFNetwork/1568.200.51 Darwin/24.1.0', 'unknown', 'Other', 'mobile'],
  ];

  test.each(cases)('%s is %s', (userAgent, verdict, client, device) => {
    const judgement = judge(userAgent);
    expect([judgement.verdict, judgement.clientFamily, judgement.device]).toEqual([verdict, client, device]);
  });
});

describe('a network settles what the agent leaves open', () => {
  const cases: readonly (readonly [
    name: string,
    userAgent: string,
    NetworkClass,
    Verdict,
    Confidence,
    reason: string,
  ])[] = [
    ['Gmail from its pool', GMAIL, 'google_proxy', 'proxy_open', 'certain', 'gmail_open'],
    ['Gmail from another Google network', GMAIL, 'google', 'proxy_open', 'probable', 'gmail_open'],
    ['Gmail from an address that is not known', GMAIL, 'unknown', 'proxy_open', 'probable', 'gmail_open'],
    ['Gmail behind a reverse proxy', GMAIL, 'private', 'proxy_open', 'probable', 'gmail_open'],
    ['Gmail’s name from a reader’s network', GMAIL, 'eyeball', 'bot', 'probable', 'gmail_spoofed'],
    ['Gmail’s name from a cloud', GMAIL, 'cloud', 'bot', 'probable', 'gmail_spoofed'],
    ['Gmail’s prefetch from anywhere', GMAIL_PREFETCH, 'eyeball', 'prefetch', 'certain', 'gmail_prefetch'],
    ['Apple’s prefetch from Apple’s relay', 'Mozilla/5.0', 'apple_relay', 'prefetch', 'certain', 'apple_prefetch'],
    ['Apple’s prefetch from elsewhere', 'Mozilla/5.0 ', 'eyeball', 'prefetch', 'probable', 'apple_prefetch'],
    ['Yahoo from Yahoo', YAHOO, 'yahoo', 'proxy_open', 'certain', 'yahoo_open'],
    ['Yahoo from elsewhere', YAHOO, 'eyeball', 'proxy_open', 'probable', 'yahoo_open'],
    ['Fastmail from its network', FASTMAIL, 'mail_provider', 'proxy_open', 'certain', 'fastmail_open'],
    ['a browser in Microsoft’s network', CHROME, 'microsoft', 'proxy_open', 'low', 'outlook_web_open'],
    [
      'Outlook in Microsoft’s network',
      'Microsoft Office/16.0 (Microsoft Outlook 16.0.1; Pro)',
      'microsoft',
      'human',
      'certain',
      'mail_client',
    ],
    ['a browser in a mail provider’s network', CHROME, 'mail_provider', 'proxy_open', 'low', 'mail_provider_open'],
    ['a browser in a mail gateway', CHROME, 'mail_gateway', 'scanner', 'certain', 'mail_gateway'],
    ['Outlook in a mail gateway', 'Outlook-iOS/2.0', 'mail_gateway', 'scanner', 'certain', 'mail_gateway'],
    ['a browser at a security vendor', CHROME, 'security_vendor', 'scanner', 'probable', 'security_vendor'],
    ['a browser in a cloud', CHROME, 'cloud', 'human', 'low', 'cloud_browser'],
    ['a browser in Google’s pool', CHROME, 'google_proxy', 'human', 'low', 'cloud_browser'],
    ['Safari behind Private Relay', CHROME, 'apple_relay', 'human', 'probable', 'relay_browser'],
    ['a browser behind a company’s proxy', CHROME, 'relay', 'human', 'probable', 'relay_browser'],
    ['a browser at home', CHROME, 'eyeball', 'human', 'probable', 'browser'],
    ['a crawler in a reader’s network', 'FooBot/1.0', 'eyeball', 'bot', 'certain', 'bot_agent'],
  ];

  test.each(cases)('%s', (_, userAgent, network, ...expected) => {
    const judgement = judge(userAgent, network);
    expect([judgement.verdict, judgement.confidence, judgement.reason]).toEqual(expected);
  });

  test('Apple’s prefetch is never an open, whatever its network and however old the lists', () => {
    for (const networkClass of NETWORK_CLASSES) {
      for (const networksAgeDays of [0, 400]) {
        expect(judge('Mozilla/5.0', networkClass, { networksAgeDays }).verdict, networkClass).toBe('prefetch');
      }
    }
  });

  test('a Gmail reader is never lost to an old list: past 90 days nobody is called a spoof', () => {
    expect(judge(GMAIL, 'eyeball', { networksAgeDays: 90 }).reason).toBe('gmail_spoofed');
    for (const networkClass of NETWORK_CLASSES) {
      expect(judge(GMAIL, networkClass, { networksAgeDays: 91 }).verdict, networkClass).toBe('proxy_open');
    }
    expect(judge(GMAIL, 'eyeball', { networksAgeDays: 91 }).confidence).toBe('low');
  });

  test('an old list of gateways is still believed, with less confidence', () => {
    expect(judge(CHROME, 'mail_gateway', { networksAgeDays: 91 })).toMatchObject({
      verdict: 'scanner',
      confidence: 'probable',
    });
  });

  test('a prefetch header is a prefetch, whoever sends it', () => {
    for (const userAgent of [CHROME, GMAIL, '', 'curl/8.0']) {
      expect(judge(userAgent, 'eyeball', { hints: { isPrefetch: true } })).toMatchObject({
        verdict: 'prefetch',
        confidence: 'certain',
        reason: 'prefetch_header',
      });
    }
  });
});

describe('traps that lists of bots fall into', () => {
  test('mail proxies and mail programs that generic lists call bots are readers', () => {
    const readers = [
      GMAIL,
      YAHOO,
      HEY,
      SUPERHUMAN,
      'Mozilla/5.0 SeznamEmailProxy/2.0.174',
      'Outlook-iOS/2.0',
      'SamsungEmail/6.1',
    ];
    for (const userAgent of readers) {
      expect(['human', 'proxy_open'], userAgent).toContain(judge(userAgent, 'unknown').verdict);
    }
  });

  test('what generic lists call readers and is none is not counted', () => {
    for (const userAgent of [GMAIL_PREFETCH, 'Microsoft Exchange/15.20', '']) {
      expect(['human', 'proxy_open'], userAgent).not.toContain(judge(userAgent).verdict);
    }
  });

  test('Fastmail’s proxy is an open although lists take it for a browser', () => {
    expect(judge(FASTMAIL).reason).toBe('fastmail_open');
  });

  test('the bare WebKit agent is no proof of Apple’s prefetch', () => {
    expect(judge(BARE_WEBKIT, 'apple_relay').verdict).toBe('human');
    expect(judge(BARE_WEBKIT).reason).toBe('apple_mail_or_outlook');
  });

  test('a genuine Edge 12 is a reader', () => {
    expect(judge(GMAIL_PREFETCH.replace(/ Mozilla\/5\.0$/, ''))).toMatchObject({
      verdict: 'human',
      clientFamily: 'Edge',
    });
  });

  test('a Google address alone is not Gmail', () => {
    expect(judge(CHROME, 'google_proxy').clientFamily).toBe('Chrome');
    expect(judge('FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)', 'google_proxy').verdict).toBe('bot');
  });

  test('a crawler that names itself a mail program is a bot', () => {
    expect(judge('Mozilla/5.0 (compatible; ExampleBot/1.0) Thunderbird/115.0').verdict).toBe('bot');
    expect(judge('MailCrawler/2.0 Outlook-iOS/2.0').verdict).toBe('bot');
  });

  test('a virus scanner’s toolbar in a reader’s browser is no scanner', () => {
    expect(judge('Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.2; Trident/6.0; McAfee)').verdict).toBe('human');
    expect(judge(`${CHROME} Sophos/1.0`).verdict).toBe('human');
  });
});

describe('always', () => {
  test('an answer has a reason that a sentence explains, whatever the agent', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 600 }),
        fc.constantFrom(...NETWORK_CLASSES),
        fc.boolean(),
        (userAgent, network, isPrefetch) => {
          const judgement = judge(userAgent, network, { hints: { isPrefetch } });
          expect(REASONS).toHaveProperty(judgement.reason);
          expect(explain(judgement.reason).length).toBeGreaterThan(20);
        },
      ),
    );
  });

  test('an agent made to slow the patterns down costs no more than two milliseconds', () => {
    const parts = [
      'mail',
      'mail ',
      'Mail_a',
      'A',
      '1',
      ' a/1',
      ';',
      'Android; ',
      '; K (',
      '; moto a ',
      'CFNetwork/1',
      '{};',
      '(',
      'tab',
      'FastmailUA',
      'X11;',
      'Mobile',
    ];
    const heads = ['', 'Mozilla/5.0 (', 'Mozilla/5.0 (Linux; Android 9; Redmi ', 'Superhuman '];
    const costs = heads.flatMap((head) =>
      parts.flatMap((part) =>
        parts.map((other) => {
          const userAgent = `${head}${`${part}${other}`.repeat(300)}`.slice(0, 512);
          return { userAgent: userAgent.slice(0, 60), ms: Math.min(...[1, 2, 3].map(() => toMilliseconds(userAgent))) };
        }),
      ),
    );
    expect(costs.filter(({ ms }) => ms > 2)).toEqual([]);
  });

  test('an agent is judged the same after ten thousand others', () => {
    const before = judge(CHROME, 'cloud');
    for (let index = 0; index < 10_000; index += 1) judge(`${CHROME} Build/${index}`);
    expect(judge(CHROME, 'cloud')).toEqual(before);
  });

  test('a judgement is frozen, since many hits share it', () => {
    expect(Object.isFrozen(judge(CHROME))).toBe(true);
  });
});

/** Past the cache, as the first hit of an agent is. */
function toMilliseconds(userAgent: string): number {
  const startedAt = performance.now();
  toAgent(userAgent);
  return performance.now() - startedAt;
}
