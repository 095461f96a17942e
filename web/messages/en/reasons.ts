import { OPEN_REASONS } from '../../../src/contract/reasons.ts';

/** Why an open was judged as it was, by the code that came with it. In English these are the server's own sentences. */
export const reasons = OPEN_REASONS;
