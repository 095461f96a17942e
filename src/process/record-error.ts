/** A record that cannot be what a collector wrote. The text holds nothing of the record, so it may be stored. */
export class RecordError extends Error {}
