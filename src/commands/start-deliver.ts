import type { Parts } from './open-parts.ts';

/** The role `deliver`, once the database is ready: from the outbox to the destinations. */
export async function startDeliver(_parts: Parts): Promise<void> {}
