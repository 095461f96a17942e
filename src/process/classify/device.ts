import { UAParser } from 'ua-parser-js';
import type { Device } from '../../domain/verdict.ts';
import { createRecentMap } from './recent-map.ts';

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
    /SMART-?TV|\b(?:Smart|Google|Apple|Android) ?TV\b|\bMiBOX|\bChromecast\b|\bNexus Player\b|\bTV ?Box\b|\bBRAVIA|\bHbbTV|\bAFT[A-Z]{1,2}\b|\bPLAYSTATION|\bPlayStation (?:\d|Vita|Portable)|\bNintendo|\bXbox/,
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
 * a good many tablets say it all the same, and the library knows them by model: 12 µs, so it is asked last. Apps
 * without a browser's agent say neither, and mostly run on telephones.
 */
function toAndroidDevice(userAgent: string): Device {
  if (PHONES.test(userAgent)) return 'mobile';
  if (TABLETS.test(userAgent)) return 'tablet';
  if (/Mozilla|Opera/.test(userAgent) && !/Mobi/.test(userAgent)) return 'tablet';
  return toModelDevice(ANDROID_PLATFORM.exec(userAgent)?.[0] ?? userAgent);
}

/** Models are fewer than agents: a new version of a browser brings no new telephone. */
function toModelDevice(platform: string): Device {
  const cached = recentModels.get(platform);
  if (cached !== undefined) return cached;
  const type = new UAParser(platform).getDevice().type;
  const isOther = type === 'smarttv' || type === 'console' || type === 'embedded';
  const device = isOther ? 'unknown' : type === 'tablet' ? 'tablet' : 'mobile';
  recentModels.set(platform, device);
  return device;
}

const MODELS_CACHED_MAX = 2048;
const recentModels = createRecentMap<Device>(MODELS_CACHED_MAX);

/**
 * Models that are telephones beyond doubt, some of which the library takes for tablets; "K" stands for every telephone
 * since Chrome 110 (and for no tablet that says "Mobile").
 */
const PHONES =
  /(?:; (?:K|Pixel \d\w?(?: (?:Pro|XL|a))*|(?:SAMSUNG )?SM-[AGJMNS]\d{3,4}\w{0,6}|CPH\d{4}|RMX\d{4}|Redmi \w{1,20}|moto [a-z][^;)]{0,30}?)(?: Build\/[^)]{0,60})?\).*Mobile)|\bGT-N7\d{3}|\bNexus ?(?:One|S|4|5X?|6P?)\b|\bPadFone\b|\bSD4930UR\b/;

/** Where the model stands: the rest of the agent costs the library three times the time and tells it nothing. */
const ANDROID_PLATFORM = /\([^)]*Android[^)]*\)/i;

/** Tablets by model, first those that say "Mobile" and that the library does not know. */
const TABLETS =
  /\bLenovo[ -](?:TB|Tab|A[37][56]00|A10|B[68]000|YT)|\bTB-\w|tablet\b|tab(?:[ _-]?\d|\b)|\b\w{0,5}pad\d*\b|\/apad\b|\bMID[-_]?[\dC]|\bSM-[TXP]\d{3}|\bGT-P\d{4}|\bNexus (?:7|9|10)\b|\bXoom\b/i;

/** The operating system, where no device was named. Telephones first: some also say Linux or Windows. */
const SYSTEMS: readonly (readonly [RegExp, Device])[] = [
  // Most agents by far, and cheap to tell.
  [/^Mozilla\/5\.0 \((?:Windows NT|Macintosh; Intel|X11; (?:Linux x|CrOS|Ubuntu))/, 'desktop'],
  [
    /\biOS\b|\bSymb(?:ian)?OS|\bSeries ?[4689]0|\bS60\b|\bwebOS\b|\bMIDP\b|\bCLDC\b|\bJ2ME\b|\bBREW\b|\bPalm(?:OS|Source)|\bBlackBerry|\bBB10\b|\bMaemo\b|\bMeeGo\b|\bKAIOS\b|\bMinimo\b|\bUCWEB|\bBada\b|\bTizen\b|\bWhatsApp\/|\bMAUI\b|\bNetFront\b|\bDoCoMo\b|\bUP\.Browser\b|\bWAP Browser\b|\bSonyEricsson|\bNokia|\bdv\(iPh/i,
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
