import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Which program this is, as the build noted it beside this file; run from its sources, nothing is known. */
export function readBuildInfo(): BuildInfo {
  try {
    return BUILD.parse(JSON.parse(readFileSync(new URL('./build.json', import.meta.url), 'utf8')));
  } catch {
    return { version: 'unbuilt', commit: null, date: null };
  }
}

/** Such as `mailtracker 0.2.0 (d938a9c, 2026-11-21, Node.js 20.20.2)`. */
export function toVersionLine({ version, commit, date }: BuildInfo): string {
  const known = [commit, date, `Node.js ${process.versions.node}`].filter((part) => part !== null);
  return `mailtracker ${version} (${known.join(', ')})`;
}

const BUILD = z.object({ version: z.string(), commit: z.string().nullable(), date: z.string().nullable() });

export type BuildInfo = Readonly<z.infer<typeof BUILD>>;
