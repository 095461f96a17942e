import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StartedHttp, startHttp } from '../../tests/support/start-http.ts';
import { createTestDatabase } from '../../tests/support/test-database.ts';
import { toApiPage } from './to-api-page.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let http: StartedHttp;
beforeAll(async () => {
  database = await createTestDatabase();
  http = await startHttp(database);
});
afterAll(async () => {
  await http?.app.close();
  await database?.drop();
});

test('/api/docs shows each operation of /api/openapi.json, and needs no script', async () => {
  const page = await http.send('GET', '/api/docs');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(page.text).not.toMatch(/<(?:script|link|img|iframe)|javascript:|(?:src|href)="https?:/);
  const { body } = await http.send('GET', '/api/openapi.json');
  const wanted = Object.entries<Record<string, unknown>>(body.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `>${method.toUpperCase()}</b> <code>${path}</code>`),
  );
  expect(wanted.length).toBeGreaterThan(60);
  expect(wanted.filter((shown) => !page.text.includes(shown))).toEqual([]);
  expect(page.text).toContain('totalOpens: integer');
});

test('texts of the document are text, and a schema that names itself ends', () => {
  const page = toApiPage({
    info: { description: '<img src=x onerror=alert(1)>' },
    paths: {
      '/x"><script>': { get: { summary: '<b>', responses: { 200: toAnswer({ $ref: '#/components/schemas/Node' }) } } },
    },
    components: { schemas: { Node: { properties: { next: { $ref: '#/components/schemas/Node' } } } } },
  });
  expect(page).not.toMatch(/<script|<img|<b>/);
  expect(page).toContain('next?: {');
  expect(page.length).toBeLessThan(10_000);
});

function toAnswer(schema: { $ref: string }) {
  return { content: { 'application/json': { schema } } };
}
