/**
 * Whether an error says that the server cannot be reached now and may be later: no listener, no name, starting, going
 * down, full, or silent. A wrong password or a missing database is not away: waiting does not mend it.
 */
export function isServerAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isServerAway);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return AWAY.test(code) || SILENT.test(error.message);
}

/** Of the system, and SQL states: 57P01 to 03 shutting down or starting, 53300 too many connections, 08 broken. */
const AWAY =
  /^(ECONNREFUSED|ECONNRESET|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|ENOENT|57P0[123]|53300|08\w{3})$/;
/** The driver's own words, which carry no code. */
const SILENT = /^(timeout expired|timeout exceeded when trying to connect|Connection terminated|Query read timeout)/;
