import type { OpenFeed } from '../../../src/contract/open-feed.ts';
import { request } from '../../api.ts';

export const liveApi = {
  /** The latest judged opens, newest first, those that do not count included. */
  opens: () => request<OpenFeed>('GET', '/api/tracking/opens?limit=50'),
};
