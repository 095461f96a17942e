import type { NetworkClass } from '../../domain/network-class.ts';
import type { Features, OpenerFamily } from './opener-family.ts';

/**
 * What is left looks like a browser: a webmail reader, or a machine that lies well. The network settles how sure one
 * can be, and whether a mail service stands between.
 */
export const browsers: OpenerFamily = {
  agents: [
    {
      // Mac Mail without privacy protection, iPad Mail, and the new Outlook on Windows: never proof of Apple's prefetch.
      kind: 'bare_webkit',
      match: /^Mozilla\/5\.0 \(Macintosh; Intel Mac OS X [\d_.]+\) AppleWebKit\/[\d.]+ \(KHTML, like Gecko\)$/,
      client: 'Apple Mail or Outlook',
      device: 'unknown',
      source: 'https://github.com/warmbly/warmbly/pull/569',
    },
    {
      // iOS Mail; other apps that show web pages send the same.
      kind: 'mail_client',
      match: /^Mozilla\/5\.0 \((?:iPhone|iPad|iPod)[^)]*\) AppleWebKit\/[\d.]+ \(KHTML, like Gecko\) Mobile\/\w+$/,
      client: 'Apple Mail',
      source: 'observed: iOS Mail without privacy protection, as every WKWebView',
    },
    { kind: 'browser', match: () => true, source: 'what no other pattern named' },
  ],
  rules: [
    {
      // Outlook on the web and Defender share Microsoft's network and have no agent of their own.
      reason: 'outlook_web_open',
      verdict: 'proxy_open',
      confidence: 'low',
      source: 'https://learn.microsoft.com/powershell/module/exchange/set-owamailboxpolicy (ExternalImageProxyEnabled)',
      applies: (features) => isBrowser(features) && features.network === 'microsoft',
    },
    {
      reason: 'mail_provider_open',
      verdict: 'proxy_open',
      confidence: 'low',
      source: 'https://proton.me/support/email-tracker-protection: its proxy has no agent of its own',
      applies: (features) => isBrowser(features) && ['yahoo', 'mail_provider'].includes(features.network),
    },
    {
      reason: 'cloud_browser',
      verdict: 'human',
      confidence: 'low',
      source: 'reasoned: a scanner in a data centre looks like webmail on a remote desktop',
      applies: (features) => isBrowser(features) && DATA_CENTRES.includes(features.network),
    },
    {
      reason: 'apple_mail_or_outlook',
      verdict: 'human',
      confidence: 'probable',
      source: 'https://github.com/warmbly/warmbly/issues/564',
      applies: ({ kind }) => kind === 'bare_webkit',
    },
    {
      reason: 'relay_browser',
      verdict: 'human',
      confidence: 'probable',
      source:
        'https://support.apple.com/102602: people browse through the same addresses; Zscaler and Netskope are people too',
      applies: (features) => isBrowser(features) && ['apple_relay', 'relay'].includes(features.network),
    },
    {
      reason: 'browser',
      verdict: 'human',
      confidence: 'probable',
      source: 'measured: 952 of 952 real browsers; an agent can be forged, so never certain',
      applies: () => true,
    },
  ],
};

/** A Google address alone is not Gmail: its prefetch proxy for Chrome and its clouds share it. */
const DATA_CENTRES: readonly NetworkClass[] = ['google', 'google_proxy', 'cloud'];

function isBrowser({ kind }: Features): boolean {
  return kind === 'browser' || kind === 'bare_webkit';
}
