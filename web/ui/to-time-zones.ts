/** The names of the time zones this browser knows, and the one in use even when it does not know it. */
export function toTimeZones(current: string | null): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return [...new Set(['UTC', ...(current === null ? [] : [current]), ...known])];
}
