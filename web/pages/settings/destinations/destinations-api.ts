import type { Delivery, DeliveryDetail } from '../../../../src/contract/delivery.ts';
import type { Destination } from '../../../../src/contract/destination.ts';
import { request } from '../../../api.ts';

export type DestinationType = Destination['type'];

/** What a form says of a destination; `url` and `token` go in and never come back. */
export interface DestinationDraft {
  readonly name: string;
  readonly url?: string;
  readonly token?: string;
  readonly events: Destination['events'];
  readonly minimumLevel: Destination['minimumLevel'];
}

export interface DeliveryPage {
  readonly data: readonly Delivery[];
  readonly next: string | null;
}

export type DeliveryFilter = Delivery['state'] | 'all';

const path = (id: string, rest = '') => `/api/destinations/${encodeURIComponent(id)}${rest}`;

export const destinationsApi = {
  list: () => request<{ data: readonly Destination[] }>('GET', '/api/destinations'),
  one: (id: string) => request<Destination>('GET', path(id)),
  create: (draft: DestinationDraft & { type: DestinationType }) =>
    request<Destination & { secret: string | null }>('POST', '/api/destinations', draft),
  change: (id: string, draft: DestinationDraft) => request<Destination>('PATCH', path(id), draft),
  remove: (id: string) => request<null>('DELETE', path(id)),
  pause: (id: string) => request<Destination>('POST', path(id, '/pause'), {}),
  resume: (id: string) => request<Destination>('POST', path(id, '/resume'), {}),
  rotate: (id: string) => request<{ secret: string }>('POST', path(id, '/rotate-secret'), {}),
  test: (id: string) => request<DeliveryDetail>('POST', path(id, '/test'), {}),
  deliveries: (id: string, filter: DeliveryFilter, cursor: string | null) => {
    const query = new URLSearchParams({ limit: '25', ...(filter === 'all' ? {} : { state: filter }) });
    if (cursor !== null) query.set('cursor', cursor);
    return request<DeliveryPage>('GET', `${path(id, '/deliveries')}?${query}`);
  },
  delivery: (id: string) => request<DeliveryDetail>('GET', `/api/deliveries/${id}`),
  replay: (id: string) => request<DeliveryDetail>('POST', `/api/deliveries/${id}/replay`, {}),
  replaySince: (id: string, from: string) => request<{ replayed: number }>('POST', path(id, '/replay'), { from }),
};

export const LIST_KEY = ['destinations'];
export const toOneKey = (id: string) => ['destinations', id];
export const toLogKey = (id: string) => ['destinations', id, 'deliveries'];
