import type { ColumnType } from 'kysely';

/** Reads as Date; takes a Date or ISO text. */
export type Timestamp = ColumnType<Date, Date | string, Date | string>;
export type TimestampOrNull = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** A timestamptz with `default now()`. */
export type TimestampDefaulted = ColumnType<Date, Date | string | undefined, Date | string>;
/** A calendar day, "YYYY-MM-DD" both ways. */
export type Day = string;

/** jsonb: an object is written as JSON by the driver; an array must be handed over as JSON text. */
export type JsonDefaulted<T> = ColumnType<T, T | string | undefined, T | string>;
export type JsonOrNull<T> = ColumnType<T | null, T | string | null | undefined, T | string | null>;
