/** The webhook's own path at the operator's base, such as a fake of the vendor; as it is without one. */
export function toHookUrl(url: string, base: string | undefined): string {
  if (base === undefined) return url;
  const { pathname, search } = new URL(url);
  return `${base.replace(/\/+$/, '')}${pathname}${search}`;
}

/** Parsed when it is https on one of the hosts, or lies at the operator's base; null else. */
export function parseHookUrl(url: string, hosts: readonly string[], base: string | undefined): URL | null {
  if (!URL.canParse(url.trim())) return null;
  const parsed = new URL(url.trim());
  if (parsed.username !== '' || parsed.password !== '') return null;
  if (base !== undefined && parsed.origin === new URL(base).origin) return parsed;
  return parsed.protocol === 'https:' && parsed.port === '' && hosts.includes(parsed.hostname) ? parsed : null;
}
