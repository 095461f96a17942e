import { UAParser } from 'ua-parser-js';

/** "Chrome on Windows", for a person to know their own devices again: no version, no model. Null: nothing to tell. */
export function toDeviceName(userAgent: string | null | undefined): string | null {
  if (!userAgent) return null;
  const parser = new UAParser(userAgent.slice(0, AGENT_CHARS_MAX));
  const browser = parser.getBrowser().name?.replace(/^Mobile /, '');
  const system = parser.getOS().name;
  if (browser === undefined) return system ?? null;
  return system === undefined ? browser : `${browser} on ${system}`;
}

const AGENT_CHARS_MAX = 500;
