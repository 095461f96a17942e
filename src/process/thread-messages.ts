import type { LogLevel } from '../kit/log.ts';
import type { BatchStep } from './batch-context.ts';
import type { PackedBlocks } from './packed-blocks.ts';
import type { Failure } from './to-failure.ts';
import type { BatchOutcome } from './to-outcome.ts';

/** What the thread is started with. */
export interface ThreadData {
  readonly databaseUrl: string;
  readonly logLevel: LogLevel;
  readonly opensPerMinute: number;
}

/** From the thread: a wish of the spool, one at a time, or what came of a batch. */
export type ThreadMessage =
  | { readonly kind: 'read'; readonly blocksMax: number; readonly waitMs: number }
  | { readonly kind: 'acknowledge'; readonly blockIds: readonly string[] }
  | { readonly kind: 'rewind' }
  | { readonly kind: 'stored'; readonly outcome: BatchOutcome; readonly steps: readonly StepTime[] }
  | { readonly kind: 'failed'; readonly failure: Failure };

export type StepTime = readonly [step: BatchStep, seconds: number];

/** To the thread: the answer to its wish, or the wish that it ends. */
export type MainMessage =
  | {
      readonly kind: 'blocks';
      readonly packed: PackedBlocks;
      /** By main's clock, milliseconds. */
      readonly now: number;
      readonly networksAgeDays: number | null;
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'stop' };
