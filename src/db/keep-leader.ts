import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Log } from '../kit/log.ts';
import { SYSTEM_ROLE } from './roles.ts';

export interface LeaderOptions {
  /** The owner's address. */
  readonly url: string;
  readonly log: Log;
  /** Begins what only one node may do; answers how it ends. */
  start(): Promise<() => Promise<void>>;
}

export interface Leader {
  isLeader(): boolean;
  /** Ends what was begun and gives the lead away at once. */
  stop(): Promise<void>;
}

/**
 * Of all nodes on one database exactly one leads: who holds an advisory lock in a session of its own. It goes with its
 * process or its connection, and the next one leads within ASK_MS. Jobs must bear two leaders for a moment all the
 * same: one that lost its connection learns it up to ANSWER_MS_MAX later than the server.
 */
export function keepLeader(options: LeaderOptions): Leader {
  const stopping = new AbortController();
  let isLeader = false;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await lead(options, stopping.signal, (leads) => {
          isLeader = leads;
        });
      } catch (error) {
        options.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'leader.failed');
      }
      await pause(stopping.signal);
    }
  };
  const ended = run();
  return {
    isLeader: () => isLeader,
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** How soon another node follows, and how often the leader looks whether its lock still stands. */
const ASK_MS = 1_000;
const ANSWER_MS_MAX = 5_000;
/** The ASCII of "mailjobs". */
const LEADER_KEY = '7881702179070174835';

async function lead({ url, log, start }: LeaderOptions, signal: AbortSignal, tell: (leads: boolean) => void) {
  const socket = new Socket();
  const client = new Client({
    stream: () => socket,
    connectionString: url,
    connectionTimeoutMillis: ANSWER_MS_MAX,
    query_timeout: ANSWER_MS_MAX,
    application_name: 'mailtracker_leader',
    // So that the server lets go of a leader whose network is gone: within 25 s.
    options: `-c role=${SYSTEM_ROLE} -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3`,
    keepAlive: true,
  });
  let isLost = false;
  const lose = (): void => {
    isLost = true;
  };
  client.on('error', lose).on('end', lose);
  let end: (() => Promise<void>) | null = null;
  try {
    await client.connect();
    while (!signal.aborted && !isLost) {
      const { rows } =
        end === null
          ? await client.query<{ leads: boolean }>('select pg_try_advisory_lock($1::bigint) as leads', [LEADER_KEY])
          : await client.query<{ leads: boolean }>('select true as leads');
      if (end === null && rows[0]?.leads === true) {
        log.info({}, 'leader.elected');
        end = await start();
        tell(true);
      }
      await pause(signal);
    }
  } finally {
    tell(false);
    await end?.();
    if (end !== null) log.info({ isLost }, 'leader.ended');
    // Over a connection that is silent, no goodbye would be answered.
    if (isLost) socket.destroy();
    else await Promise.race([client.end().catch(() => undefined), sleep(ASK_MS)]);
    socket.destroy();
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return sleep(ASK_MS, undefined, { signal, ref: false }).catch(() => undefined);
}
