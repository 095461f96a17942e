/**
 * What an error of a batch calls for. `poison`: some record cannot be stored, whatever is tried. `conflict`: another
 * transaction was in the way. `partition_gone`: a day's partition was dropped meanwhile. `unavailable`: everything
 * else, above all a database that is away; retried for as long as it takes, since nothing may be lost.
 */
export type Failure = 'poison' | 'conflict' | 'partition_gone' | 'unavailable';

const CONFLICTS = ['40001', '40P01'];

/** SQL states: class 22 is a data exception, class 23 a constraint (PostgreSQL, appendix A). */
export function toFailure(error: unknown): Failure {
  const { code, constraint, message } = error as { code?: unknown; constraint?: unknown; message?: unknown };
  if (typeof code === 'string') {
    if (CONFLICTS.includes(code)) return 'conflict';
    if (code === '23514' && constraint === undefined && /^no partition of relation/.test(String(message)))
      return 'partition_gone';
    return /^2[23][0-9A-Z]{3}$/.test(code) ? 'poison' : 'unavailable';
  }
  return error instanceof TypeError || error instanceof RangeError ? 'poison' : 'unavailable';
}
