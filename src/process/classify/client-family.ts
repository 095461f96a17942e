/** The short name of the reader's software; "Other" when no name is known. */
export function toClientFamily(userAgent: string): string {
  return CLIENTS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'Other';
}

/** In order: most browsers also name the engine they descend from. */
const CLIENTS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera\b|\bOPT\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bMSIE |\bTrident\//, 'Internet Explorer'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
];
