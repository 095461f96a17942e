/** What a key may do. `admin` holds every other one, and the settings and people of the organization besides. */
export const API_SCOPES = ['read:stats', 'read:events', 'write:campaigns', 'write:destinations', 'admin'] as const;
export type ApiScope = (typeof API_SCOPES)[number];

/** How every key begins, so that people and scanners of leaked secrets know one. */
export const API_KEY_MARK = 'mt_';
