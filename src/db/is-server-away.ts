/**
 * Whether an error says that the server cannot be reached now and may be later: no listener, no name, starting, going
 * down, full, or silent. A wrong password or a missing database is not away: waiting does not mend it.
 */
export function isServerAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isServerAway);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  // No socket file is a server that is away; any other missing file is not.
  if (code === 'ENOENT') return 'syscall' in error && error.syscall === 'connect';
  return AWAY.test(code) || SILENT.test(error.message);
}

/** Of the system, and SQL states: 57P01 to 03 shutting down or starting, 53300 too many connections, 08 broken. */
const AWAY =
  /^(ECONNREFUSED|ECONNRESET|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|57P0[123]|53300|08\w{3})$/;
/** The driver's own words, which carry no code. */
const SILENT =
  /^(timeout expired|timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered a connection error)/;
