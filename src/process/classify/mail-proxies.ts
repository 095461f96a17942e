import type { NetworkClass } from '../../domain/network-class.ts';
import type { Reason } from '../../domain/reasons.ts';
import type { AgentKind, Features, OpenerFamily, VerdictRule } from './opener-family.ts';

/**
 * Mail services that fetch an image because their reader opened the mail. Judged before any list of bots: generic
 * lists call Gmail's and Yahoo's loaders bots, and every such open would be lost.
 */
export const mailProxies: OpenerFamily = {
  agents: [
    {
      // First, since it forwards the reader's own agent inside.
      kind: 'superhuman_proxy',
      match: /\(via SuperhumanProxy\b/,
      client: 'Superhuman',
      source: 'https://github.com/nielsbasjes/yauaa EMailClients.yaml; the forwarded agent tells the device',
    },
    {
      kind: 'gmail_proxy',
      match: /\(via ggpht\.com|\bGoogleImageProxy\b/,
      client: 'Gmail',
      device: 'unknown',
      source: 'https://developers.google.com/search/docs/crawling-indexing/google-user-triggered-fetchers',
    },
    {
      kind: 'yahoo_proxy',
      match: /\bYahooMailProxy\b/,
      client: 'Yahoo Mail',
      device: 'unknown',
      source: 'https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html',
    },
    {
      kind: 'hey_proxy',
      match: /^hey\.com\/imageproxy\b/,
      client: 'HEY',
      device: 'unknown',
      source: 'https://www.hey.com/image-proxy',
    },
    {
      // The bare "FastmailUA/1.0" synchronises calendars and is left to the lists of programs.
      kind: 'fastmail_proxy',
      match: /^Mozilla\/5\.0 \(.*\bFastmailUA\//,
      client: 'Fastmail',
      device: 'unknown',
      source: 'https://www.fastmail.com/policies/bots',
    },
    {
      kind: 'seznam_proxy',
      match: /\bSeznamEmailProxy\//,
      client: 'Seznam Email',
      device: 'unknown',
      source: 'https://github.com/matomo-org/device-detector regexes/bots.yml names it',
    },
    {
      // Whatever names itself the image proxy of a mail service: "RamblerMail/6.0 (incompatible; ImageProxy/6.0)".
      kind: 'mail_proxy',
      match: /mail.{0,40}proxy|(?:outlook|proton|zoho|gmx|tuta)\w{0,20}image\w{0,20}proxy/i,
      device: 'unknown',
      client: 'Other',
      source: "https://github.com/monperrus/crawler-user-agents names Rambler's; the words are plain",
    },
  ],
  rules: [
    {
      reason: 'gmail_open',
      verdict: 'proxy_open',
      confidence: 'certain',
      source: 'https://developers.google.com/static/crawling/ipranges/user-triggered-fetchers-google.json',
      applies: ({ kind, network }) => kind === 'gmail_proxy' && network === 'google_proxy',
    },
    {
      // Losing Gmail's readers is worse than believing a liar: it is accused only on a fresh list and a public address.
      reason: 'gmail_spoofed',
      verdict: 'bot',
      confidence: 'probable',
      source: "all of the pool lies in Google's own networks (AS15169), measured 2026-09-08",
      applies: (features) => features.kind === 'gmail_proxy' && isElsewhere(features),
    },
    {
      // The pool moves: Google's own network outside of yesterday's list is still Google.
      reason: 'gmail_open',
      verdict: 'proxy_open',
      confidence: 'probable',
      source: 'https://support.google.com/a/answer/60764',
      applies: ({ kind, network }) => kind === 'gmail_proxy' && network !== 'eyeball' && isBlindOrGoogle(network),
    },
    {
      reason: 'gmail_open',
      verdict: 'proxy_open',
      confidence: 'low',
      source: 'address lists rot: the agent alone is believed once they are older than 90 days',
      applies: ({ kind }) => kind === 'gmail_proxy',
    },
    ...toProviderRules('yahoo_proxy', 'yahoo_open', ['yahoo']),
    ...toProviderRules('fastmail_proxy', 'fastmail_open', ['mail_provider']),
    ...toProviderRules('hey_proxy', 'hey_open', ['mail_provider']),
    ...toProviderRules('superhuman_proxy', 'superhuman_open', []),
    ...toProviderRules('seznam_proxy', 'seznam_open', ['mail_provider']),
    ...toProviderRules('mail_proxy', 'mail_proxy_open', ['mail_provider']),
  ],
};

/** True when a fresh list shows a public address that is not Google's. */
function isElsewhere({ network, isNetworkListOld }: Features): boolean {
  return !isNetworkListOld && !isBlindOrGoogle(network);
}

/**
 * Google's networks, and what tells nothing: no address at all, or a private one (a reverse proxy in front whose
 * forwarded address is not trusted by the settings).
 */
function isBlindOrGoogle(network: NetworkClass): boolean {
  return network === 'google_proxy' || network === 'google' || network === 'unknown' || network === 'private';
}

/** Certain from the provider's own network, probable from anywhere else: no publisher lists these pools. */
function toProviderRules(kind: AgentKind, reason: Reason, own: readonly NetworkClass[]): VerdictRule[] {
  const source = 'the exact agent is documented by the provider; its addresses are not';
  const probable: VerdictRule = {
    reason,
    verdict: 'proxy_open',
    confidence: 'probable',
    source,
    applies: (features) => features.kind === kind,
  };
  if (own.length === 0) return [probable];
  const applies = (features: Features) => features.kind === kind && own.includes(features.network);
  return [{ ...probable, confidence: 'certain', applies }, probable];
}
