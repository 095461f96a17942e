import type { DestinationType } from '../../domain/destination.ts';
import type { DestinationKind } from '../destination-kind.ts';
import { discord } from './discord/discord.ts';
import { hubspot } from './hubspot/hubspot.ts';
import { pipedrive } from './pipedrive/pipedrive.ts';
import { slack } from './slack/slack.ts';
import { webhook } from './webhook/webhook.ts';

/** One line per kind. */
export const KINDS: readonly DestinationKind[] = [webhook, slack, discord, hubspot, pipedrive];

/** Null: this server cannot send to it. */
export function findKind(type: DestinationType): DestinationKind | null {
  return KINDS.find((kind) => kind.type === type) ?? null;
}
