import { sql } from 'kysely';
import { z } from 'zod';
import type { HttpApp, HttpContext } from './context.ts';

/** One thing the process needs to do its work. */
export interface ReadinessCheck {
  readonly ok: boolean;
  readonly detail: string;
}

/** The checks that the composition root adds (spool, keys), by name. */
export type Readiness = () => Promise<Readonly<Record<string, ReadinessCheck>>>;

/** The database may take this long to answer before readiness is red. */
const DATABASE_MS_MAX = 2_000;

const readinessSchema = z.object({
  ok: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
});

/** GET /readyz: 200 when the process can do all of its work, 503 when not or when it is shutting down. */
export function readyzRoutes(
  app: HttpApp,
  context: Pick<HttpContext, 'databases'>,
  more: { readiness?: Readiness | undefined; isClosing: () => boolean },
): void {
  app.route({
    method: 'GET',
    url: '/readyz',
    schema: {
      tags: ['operations'],
      summary: 'Whether the process can do all of its work; /api/t/health tells whether it lives',
      security: [],
      response: { 200: readinessSchema, 503: readinessSchema },
    },
    handler: async (_request, reply) => {
      const checks: Record<string, ReadinessCheck> = {
        database: await checkDatabase(context),
        ...(await more.readiness?.()),
      };
      if (more.isClosing()) checks.process = { ok: false, detail: 'shutting down' };
      const ok = Object.values(checks).every((check) => check.ok);
      return reply.code(ok ? 200 : 503).send({ ok, checks });
    },
  });
}

async function checkDatabase({ databases }: Pick<HttpContext, 'databases'>): Promise<ReadinessCheck> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), DATABASE_MS_MAX);
  });
  const asked = sql`select 1`.execute(databases.system);
  asked.catch(() => {});
  try {
    await Promise.race([asked, late]);
    return { ok: true, detail: 'answers' };
  } catch {
    return { ok: false, detail: `does not answer within ${DATABASE_MS_MAX} ms` };
  } finally {
    clearTimeout(timer);
  }
}
