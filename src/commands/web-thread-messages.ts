import type { Config } from '../config.ts';
import type { TrackingHealth } from '../contract/tracking-health.ts';
import type { BEAT, Heartbeat } from '../kit/heartbeat.ts';

/** What the thread that serves screens and API starts with. */
export interface WebThreadData {
  readonly config: Config;
  readonly appSecret: string;
  /** The owner's address, also of an embedded server. */
  readonly databaseUrl: string;
  /** Where it is to listen, for main alone. */
  readonly socketPath: string;
  readonly heartbeat: Heartbeat;
}

export type WebThreadMessage =
  | { readonly kind: 'serving' }
  | typeof BEAT
  | { readonly kind: 'metrics'; readonly text: string }
  /** Asks main, which answers pixels. */
  | { readonly kind: 'pixel_speed' };

export type WebMainMessage =
  | { readonly kind: 'stop' }
  /** Asks for the metrics of the thread. */
  | { readonly kind: 'metrics' }
  | { readonly kind: 'pixel_speed'; readonly speed: TrackingHealth['pixel'] };
