/** The embedded PostgreSQL cannot be used here; the message says why and what to do next. */
export class EmbeddedError extends Error {}

export const USE_OWN_SERVER =
  'Set DATABASE_URL to a PostgreSQL 15 or newer of your own, such as postgres://user:password@host:5432/mailtracker';
