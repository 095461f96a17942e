import { REASONS } from '../domain/reasons.ts';

/** Every code of `reason` on an open, with its English sentence: screens in other languages say it by the code. */
export const OPEN_REASONS = REASONS;
