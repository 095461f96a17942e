import type { DestinationType } from '../../domain/destination.ts';
import type { DestinationKind } from '../destination-kind.ts';
import { webhook } from './webhook/webhook.ts';

/** One line per kind. */
export const KINDS: readonly DestinationKind[] = [webhook];

/** Null: this server cannot send to it. */
export function findKind(type: DestinationType): DestinationKind | null {
  return KINDS.find((kind) => kind.type === type) ?? null;
}
