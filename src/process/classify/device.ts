import { UAParser } from 'ua-parser-js';
import type { Device } from '../../domain/verdict.ts';

/** The kind of device a user agent names, as far as it tells: an iPad in desktop mode is a Mac to everybody. */
export function toDevice(userAgent: string): Device {
  const type = new UAParser(userAgent).getDevice().type;
  if (type === 'mobile' || type === 'wearable') return 'mobile';
  if (type === 'tablet') return 'tablet';
  if (type === undefined) return /Windows|Macintosh|X11|Linux/.test(userAgent) ? 'desktop' : 'unknown';
  return 'unknown';
}
