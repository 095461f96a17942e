import type { Databases } from '../db/open-databases.ts';
import type { Clock } from '../kit/clock.ts';
import { createJudgementIds, type JudgementIds } from './judgement-ids.ts';
import { createPartitionCover, type PartitionCover } from './partition-cover.ts';

/** What a processor keeps between batches. One per processor; batches of one context run one after the other. */
export interface BatchContext {
  readonly databases: Databases;
  readonly clock: Clock;
  /** Days since the list of Google's proxy pool was true; null: not known, taken as fresh. */
  readonly networksAgeDays: () => number | null;
  readonly judgementIds: JudgementIds;
  readonly partitions: PartitionCover;
  /** The server's plan, for organizations without one of their own; 0 = unlimited. */
  readonly opensPerMinute: number;
  readonly time: TimeStep;
}

/** The recipe's steps, as they are timed. */
export const BATCH_STEPS = [
  'judge',
  'prepare',
  'claim',
  'pixels',
  'tests',
  'own',
  'drop',
  'fold',
  'bursts',
  'throttle',
  'ids',
  'seen',
  'unique',
  'events',
  'loads',
  'delivered',
  'rollups',
  'signals',
  'drops',
  'dead_letters',
  'outbox',
  'readers',
  'live',
] as const;

export type BatchStep = (typeof BATCH_STEPS)[number];
export type TimeStep = <T>(step: BatchStep, work: () => T | Promise<T>) => Promise<T>;

/** `onStep` hears how long each step took, in seconds. */
export function createBatchContext(
  parts: {
    readonly databases: Databases;
    readonly clock: Clock;
    readonly networksAgeDays?: () => number | null;
    readonly opensPerMinute?: number;
  },
  onStep: (step: BatchStep, seconds: number) => void = () => {},
): BatchContext {
  return {
    databases: parts.databases,
    clock: parts.clock,
    networksAgeDays: parts.networksAgeDays ?? (() => null),
    judgementIds: createJudgementIds(parts.databases),
    partitions: createPartitionCover(parts.databases),
    opensPerMinute: parts.opensPerMinute ?? 0,
    time: async (step, work) => {
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        onStep(step, (performance.now() - startedAt) / 1000);
      }
    },
  };
}
