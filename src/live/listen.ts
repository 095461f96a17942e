import pg from 'pg';
import { APP_ROLE } from '../db/roles.ts';
import type { Log } from '../kit/log.ts';

/** The one connection of this process that hears what other processes appended. */
export interface Listener {
  stop(): Promise<void>;
}

export interface ListenOptions {
  readonly url: string;
  readonly log: Log;
  /** "<organization> <id>": this log has grown. */
  readonly onGrown: (organizationId: string, id: number) => void;
  /** Connected, for the first time or again: whatever was said meanwhile was not heard. */
  readonly onConnected: () => void;
}

/** As append_live writes it. */
const CHANNEL = 'mailtracker_live';
const RETRY_MS_FIRST = 100;
const RETRY_MS_MAX = 5_000;
/** A server that is gone without a word: the connection is asked this often whether it still answers. */
const PING_MS = 10_000;
const QUERY_MS_MAX = 5_000;

/** Begins to listen and goes on through losses of the connection, until stop(). */
export function listen(options: ListenOptions): Listener {
  let isStopped = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;

  const retry = (): void => {
    if (isStopped) return;
    timer = setTimeout(run, Math.min(RETRY_MS_FIRST * 2 ** failures, RETRY_MS_MAX));
    failures += 1;
  };

  const run = (): void => {
    const mine = new pg.Client({
      connectionString: options.url,
      application_name: 'mailtracker_live',
      connectionTimeoutMillis: QUERY_MS_MAX,
      query_timeout: QUERY_MS_MAX,
      keepAlive: true,
    });
    client = mine;
    let isOver = false;
    const lose = (error: Error): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      mine.end().catch(() => undefined);
      if (!isStopped) options.log.warn({ error: error.message }, 'live.not_listening');
      retry();
    };
    const ping = (): void => {
      timer = setTimeout(() => void mine.query('select 1').then(ping, lose), PING_MS);
    };
    mine.on('error', lose);
    mine.on('end', () => lose(new Error('the connection ended')));
    mine.on('notification', ({ payload = '' }) => {
      const [organizationId = '', id = ''] = payload.split(' ');
      options.onGrown(organizationId, Number(id));
    });
    const begin = async (): Promise<void> => {
      await mine.connect();
      await mine.query(`set role ${APP_ROLE}; listen ${CHANNEL}`);
      if (isOver || isStopped) return;
      failures = 0;
      options.onConnected();
      ping();
    };
    begin().catch(lose);
  };

  run();
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
