/**
 * Why a hit was judged as it was: the code that is stored with the verdict, and the sentence a sales person reads.
 * Codes are stored for as long as events are, so a code is never renamed nor given another meaning.
 */
export const REASONS = {
  // A machine asked, whatever it calls itself.
  prefetch_header: 'The request itself said it was loading ahead of time, so nobody may have looked yet.',
  head_request: 'Only the headers were asked for, which no mail program does to show an image. Never recorded.',
  agent_missing: 'The request did not say what program it came from. Mail programs do, so this was a machine.',

  // Fetched ahead of time by a mail service.
  apple_prefetch:
    'Apple Mail loads every image in the background to protect its readers, whether the mail is read or not.',
  gmail_prefetch: 'Gmail loaded the image ahead of time while the inbox was open. The mail may not have been read yet.',

  // Fetched by a mail service because the reader opened.
  gmail_open: 'The mail was opened in Gmail. Google fetches images for its readers, so device and place stay hidden.',
  yahoo_open:
    'The mail was opened in Yahoo or AOL Mail, which fetches images for its readers, so device and place stay hidden.',
  fastmail_open: 'The mail was opened in Fastmail, which fetches images for its readers.',
  hey_open: 'The mail was opened in HEY, which fetches images for its readers.',
  superhuman_open: 'The mail was opened in Superhuman, which fetches images for its readers.',
  seznam_open: 'The mail was opened in Seznam Email, which fetches images for its readers.',
  mail_proxy_open: 'The mail was opened in a mail service that fetches images for its readers.',
  outlook_web_open:
    'Fetched from Microsoft: most likely Outlook on the web showing the mail to its reader, but its virus scanner looks the same.',
  mail_provider_open:
    'Fetched from a mail provider that loads images for its readers, most likely because one opened the mail.',

  // Claims to be a mail service and is not.
  gmail_spoofed:
    "The request called itself Gmail's image loader but did not come from Google, so it was a machine in disguise.",

  // Security scanners.
  mail_gateway: 'Fetched by a mail security gateway, which inspects images before the mail reaches its reader.',
  security_vendor: 'Fetched from the network of a mail security company, most likely while it was inspecting the mail.',
  scanner_agent: 'The program named itself as a mail or link scanner.',
  scanner_burst:
    'Pixels of many of your colleagues were fetched within seconds by the same machine: a scanner walking through the mail, not a reader.',

  // Bots and programs.
  bot_agent: 'The program named itself as a bot or crawler.',
  bot_list: 'The program is a known bot, crawler or link preview.',
  malformed_agent: 'The program posed as a browser, but wrote its name in a way no browser does.',
  library_agent: 'Fetched by a script or a programming tool, not by a mail program.',

  // The reader's own software.
  mail_client: "The mail was opened in a mail program on the reader's own device.",
  app_on_device: 'Opened in an app on a phone or computer that is no known mail program: most likely a reader.',
  browser: 'The mail was opened in a web browser, as webmail readers do.',
  apple_mail_or_outlook: 'The mail was opened in Apple Mail or the new Outlook. The two cannot be told apart.',
  relay_browser: 'The mail was opened through a privacy relay or a company proxy, so the place stays hidden.',
  cloud_browser:
    'The request looks like a web browser but came from a data centre: a reader on a remote desktop, or a machine.',

  // Neither can be told.
  sync_agent: 'Fetched by a background service of a phone or computer. Whether anybody looked cannot be told.',
  app_agent: 'Fetched by an app that is no known mail program. Whether anybody looked cannot be told.',

  // Decided with what surrounds the hit rather than by the hit itself.
  own_device: 'Your own open, not counted: it came from a device that is signed in to MailTracker.',
  own_network:
    'Came from a network where somebody of your team is signed in: may be you or a colleague, so the confidence is low.',
  install_test: 'Part of an install test, so it counts nowhere.',
} as const;

export type Reason = keyof typeof REASONS;

/** The sentence for people. A code this version does not know (stored by a newer one) says so in plain words. */
export function explain(reason: string): string {
  return Object.hasOwn(REASONS, reason)
    ? REASONS[reason as Reason]
    : 'Judged by a rule that this version does not know.';
}
