import type { FastifyRequest } from 'fastify';
import type { Session } from '../accounts/read-session.ts';
import { DAY_MS } from '../domain/hit.ts';
import { hashAddress } from '../networks/hash-address.ts';
import { parseAddress } from '../networks/parse-address.ts';
import { enrolOwnDevice } from '../visitors/own-devices.ts';
import type { HttpContext } from './context.ts';
import { toKey } from './to-client-key.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly ownDevices: OwnDevices;
  }
}

/** Enrols the devices that members are signed in on, beside the request: it waits for nothing and never fails by it. */
export interface OwnDevices {
  note(session: Session, request: FastifyRequest): void;
}

/** A person has a few; whoever changes agent with each request enrols no more than these an hour. */
const SESSION_DEVICES_MAX = 8;
/** Sessions remembered at once; beyond it the one that came first goes, and may enrol again. */
const SESSIONS_MAX = 20_000;
const HOUR_MS = 3_600_000;

export function watchOwnDevices({ databases, clock, log, visitorKeys }: HttpContext): OwnDevices {
  let hour = 0;
  const seen = new Map<string, Set<string>>();
  const isNew = (sessionId: string, device: string): boolean => {
    const devices = seen.get(sessionId) ?? new Set();
    if (devices.has(device) || devices.size >= SESSION_DEVICES_MAX) return false;
    seen.set(sessionId, devices.add(device));
    const first = seen.size > SESSIONS_MAX ? seen.keys().next().value : undefined;
    if (first !== undefined) seen.delete(first);
    return true;
  };
  return {
    note({ sessionId, organizationId, memberId }, request) {
      if (visitorKeys === undefined) return;
      const now = clock.now();
      // Anew each hour: at midnight UTC the key changes, and a device must be known under the new one.
      if (Math.floor(now / HOUR_MS) !== hour) seen.clear();
      hour = Math.floor(now / HOUR_MS);
      const userAgent = request.headers['user-agent'] ?? '';
      if (userAgent === '' || !isNew(sessionId, toKey(`${organizationId} ${request.ip} ${userAgent}`))) return;
      const words = new Uint32Array(4);
      const version = parseAddress(request.ip, words);
      const address = hashAddress(version, words, visitorKeys(Math.floor(now / DAY_MS)));
      enrolOwnDevice(databases, { organizationId, memberId, address, userAgent }).catch((error: unknown) => {
        seen.get(sessionId)?.clear();
        log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'own_device.not_enrolled');
      });
    },
  };
}
