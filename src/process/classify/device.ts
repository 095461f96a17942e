import { UAParser } from 'ua-parser-js';
import type { Device } from '../../domain/verdict.ts';

/**
 * The kind of device a user agent names. An iPad in desktop mode is a Mac to everybody, and television sets, consoles
 * and what names no system at all are `unknown`.
 */
export function toDevice(userAgent: string): Device {
  const named = NAMED_DEVICES.find(([pattern]) => pattern.test(userAgent));
  if (named !== undefined) return named[1];
  if (/android|\bFB4A\b/i.test(userAgent)) return toAndroidDevice(userAgent);
  return SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'unknown';
}

/** Words that settle it whatever stands beside them: an iPad also says "iPhone OS", a Kindle also "Macintosh". */
const NAMED_DEVICES: readonly (readonly [RegExp, Device])[] = [
  [
    /SMART-?TV|\bSmartTV|\bGoogleTV|\bAppleTV|\bBRAVIA|\bHbbTV|\bAFT[A-Z]{1,2}\b|\bPLAYSTATION|\bPlayStation (?:\d|Vita|Portable)|\bNintendo|\bXbox/,
    'unknown',
  ],
  [/iPad/, 'tablet'],
  [/iPhone|iPod/, 'mobile'],
  // Amazon's browser runs on its tablets, and says X11 or Macintosh in desktop mode.
  [/\bSilk\/|\bKindle Fire|\bKF[A-Z]{2,5}\b/, 'tablet'],
  [/Macintosh.*\bMobile\/\w/, 'mobile'],
  [/\bPlayBook\b|\bTouchPad\b|\bhpwOS\b/, 'tablet'],
  [/Windows Phone|\bWPDesktop\b|\bLumia\b|\bIEMobile\b|\bMSFT-WP\b|Windows CE|Windows Mobile/, 'mobile'],
  [/\bOutlook-(?:iOS|Android)|\bFennec\b|\bOpera M(?:ini|obi)\b|\bSailfish\b/, 'mobile'],
];

/**
 * Android says "Mobile" on telephones and leaves it out on tablets (developer.chrome.com/docs/multidevice/user-agent);
 * a good many tablets say it all the same, and the library knows them by model. Apps without a browser's agent say
 * neither, and mostly run on telephones.
 */
function toAndroidDevice(userAgent: string): Device {
  const type = new UAParser(userAgent).getDevice().type;
  if (type === 'smarttv' || type === 'console' || type === 'embedded') return 'unknown';
  if (PHONES.test(userAgent)) return 'mobile';
  if (type === 'tablet' || TABLETS.test(userAgent)) return 'tablet';
  const isBrowser = /Mozilla|Opera/.test(userAgent);
  return isBrowser && !/Mobi/.test(userAgent) ? 'tablet' : 'mobile';
}

/** Telephones that the library takes for tablets. */
const PHONES = /\bGT-N7\d{3}|\bNexus ?(?:One|S|4|5X?|6P?)\b|\bPadFone\b|\bSD4930UR\b/;

/** Tablets whose model the library does not know and that say "Mobile". */
const TABLETS = /\bLenovo[ -](?:TB|Tab|A[37][56]00|A10|B[68]000|YT)|\btablet\b|\bTAB[ _-]?\d|\bPad\b/i;

/** The operating system, where no device was named. Telephones first: some also say Linux or Windows. */
const SYSTEMS: readonly (readonly [RegExp, Device])[] = [
  [
    /\biOS\b|\bSymb(?:ian)?OS|\bSeries ?[4689]0|\bS60\b|\bwebOS\b|\bMIDP\b|\bCLDC\b|\bJ2ME\b|\bBREW\b|\bPalm(?:OS|Source)|\bBlackBerry|\bBB10\b|\bMaemo\b|\bMeeGo\b|\bKAIOS\b|\bMinimo\b|\bUCWEB|\bBada\b|\bTizen\b|\bWhatsApp\/|\bMAUI\b|\bNetFront\b|\bDoCoMo\b|\bWAP Browser\b|\bSonyEricsson|\bNokia|\bdv\(iPh/i,
    'mobile',
  ],
  // The Mac's own mail program; whatever else uses Apple's URL loading without a processor's name is mostly a telephone.
  [/^Mail\/|\bmacOS\b|\bCFNetwork\/.*(?:x86_64|i386|Mac)/, 'desktop'],
  [/\bCFNetwork\/|\bMobile\b|^SamsungEmail\//i, 'mobile'],
  [
    /Windows|\bWin(?:NT|\d{2})|Macintosh|Mac_|Mac ?OS|\(Mac;|X11|Linux|CrOS|BSD\b|SunOS|OS\/2|BeOS|Haiku|Amiga|RISC OS|illumOS|UNIX|IRIX|Konqueror|Ubuntu|Darwin|ms-office|MSOffice|Microsoft Office|eMClient\//,
    'desktop',
  ],
];
