import { waitFor } from '../support/running-server.ts';
import type { Cookies, Screens } from './open-screens.ts';

/** A reader's program; our own device is told from it by its name. */
const READER = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:128.0) Gecko/20100101 Thunderbird/128.0';
/** Loads of one pixel within ten seconds are one open, so each open takes a pixel of its own. */
const DEALS = ['Acme Corp Proposal', 'Globex renewal'];

/** A team as it is after a while: members with difficult names, a department, campaigns, opens of today. */
export async function fillFigures(screens: Screens): Promise<void> {
  const ask = toAsk(screens, screens.owner);
  const department = await ask<{ id: string }>('POST', '/api/departments', { name: 'Sales' });
  const names = [
    'name,email,department',
    `${'Wolfeschlegelsteinhausenbergerdorff '.repeat(3).slice(0, 80)},long@acme.example,Sales`,
    'محمد عبد الرحمن الكاتب,rtl@acme.example,Sales',
    ...Array.from({ length: 10 }, (_, index) => `Member ${index + 1},member${index + 1}@acme.example,`),
  ];
  await fetch(`${screens.server.url}/api/members/import`, {
    method: 'POST',
    headers: { ...toHeaders(screens, screens.owner), 'content-type': 'text/csv' },
    body: names.join('\n'),
  });
  const { userId } = await ask<{ userId: string }>('GET', '/api/session');
  await ask('PATCH', `/api/members/${userId}`, { departmentId: department.id });
  const pixels = [(await ask<{ pixelUrl: string }>('GET', '/api/signatures/me')).pixelUrl];
  for (const name of DEALS) {
    const { id } = await ask<{ id: string }>('POST', '/api/campaigns', {
      name,
      deal: {},
      audience: { userIds: [userId] },
    });
    await ask('POST', `/api/campaigns/${id}/launch`, {});
    const { data } = await ask<{ data: { url: string }[] }>('GET', `/api/campaigns/${id}/pixels`);
    pixels.push(...data.map(({ url }) => url));
  }
  for (const url of pixels)
    await fetch(`${screens.server.url}${new URL(url).pathname}`, { headers: { 'user-agent': READER } });
  await waitFor(async () => {
    const stats = await ask<{ today: { opens: number } }>('GET', '/api/tracking/my-stats');
    return stats.today.opens === 1;
  }, 'the open to be counted');
}

function toHeaders({ server }: Screens, cookies: Cookies): Record<string, string> {
  return { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '), origin: server.url };
}

function toAsk(screens: Screens, cookies: Cookies) {
  return async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${screens.server.url}${path}`, {
      method,
      headers: { ...toHeaders(screens, cookies), ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
}
