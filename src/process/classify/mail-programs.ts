/**
 * Names of mail programs as their makers write them into the agent, before "/" or a blank and a version, with the
 * name that people know. Several lists of bots name
 * some of them.
 */
const MAIL_PROGRAMS: readonly (readonly [pattern: string, client: string])[] = [
  ['Airmail', 'Airmail'],
  ['AOL ?Mail', 'AOL Mail'],
  ['AquaMail', 'Aqua Mail'],
  ['Barca(?:Pro)?', 'Barca'],
  ['BlueMail', 'BlueMail'],
  ['Canary ?Mail', 'Canary Mail'],
  ['Claws ?Mail', 'Claws Mail'],
  ['Edison ?Mail', 'Edison Mail'],
  ['eM ?Client', 'eM Client'],
  ['Evolution', 'Evolution'],
  ['FairEmail', 'FairEmail'],
  ['Foxmail', 'Foxmail'],
  ['Geary', 'Geary'],
  ['Gmail', 'Gmail'],
  ['GMX ?Mail', 'GMX Mail'],
  ['IncrediMail', 'IncrediMail'],
  ['K-?9(?: ?Mail)?', 'K-9 Mail'],
  ['KMail', 'KMail'],
  ['Lotus-Notes|HCL-Notes', 'Notes'],
  ['MailApp', 'mail.com'],
  ['MailBar', 'MailBar'],
  ['Mailbird', 'Mailbird'],
  ['MailMaster\\w*', 'NetEase Mail Master'],
  ['MailMate', 'MailMate'],
  ['Mailspring', 'Mailspring'],
  ['Mimestream', 'Mimestream'],
  ['myMail', 'myMail'],
  ['NaverMailApp', 'Naver Mail'],
  ['Newton(?:Mail)?', 'Newton'],
  ['Polymail', 'Polymail'],
  ['Postbox(?:App)?', 'Postbox'],
  ['Proton ?Mail', 'Proton Mail'],
  ['QQMail', 'QQ Mail'],
  ['Samsung ?Email', 'Samsung Email'],
  ['Shortwave', 'Shortwave'],
  ['Spark(?:Desktop)?(?:\\(Beta\\))?', 'Spark'],
  ['Spicebird', 'Spicebird'],
  ['Spike', 'Spike'],
  ['Sylpheed', 'Sylpheed'],
  ['The ?Bat!?', 'The Bat!'],
  ['tutanota-desktop|Tuta(?: ?Mail)?', 'Tuta'],
  ['Wavebox', 'Wavebox'],
  ['WEB\\.DE ?Mail', 'WEB.DE Mail'],
  ['WindowsMail|Windows-Live-Mail', 'Windows Mail'],
  ['YahooMail', 'Yahoo Mail'],
  ['Yandex\\.?Mail', 'Yandex Mail'],
  ['Zimbra', 'Zimbra'],
  ['Zoho ?Mail[\\w-]*|ZohoTrident\\w*', 'Zoho Mail'],
];

/** True when the agent names a mail program. */
export function isMailProgram(userAgent: string): boolean {
  return ANY.test(userAgent);
}

/** The name people know the program by; "Other" when none is named. */
export function toMailProgram(userAgent: string): string {
  return MAIL_PROGRAMS.find(([pattern]) => toExpression(pattern).test(userAgent))?.[1] ?? 'Other';
}

const ANY = toExpression(MAIL_PROGRAMS.map(([pattern]) => pattern).join('|'));

function toExpression(pattern: string): RegExp {
  return new RegExp(`(?:^|[\\s;(])(?:${pattern})[/ ]v?\\d`, 'i');
}
