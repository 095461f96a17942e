import type { Databases } from '../../src/db/open-databases.ts';
import { withTenant } from '../../src/db/with-tenant.ts';
import { DAY_MS, type Hit } from '../../src/domain/hit.ts';
import { sha256 } from '../../src/kit/crypto.ts';
import { startInstallTest } from '../../src/signatures/start-install-test.ts';
import { enrolOwnDevice } from '../../src/visitors/own-devices.ts';
import { type AGENTS, makeHit } from './hits.ts';
import { type SeededOrganization, seedOrganization, TEST_TOKEN_KEY } from './seed.ts';

// Everything that opens mail and is no reader: what Apple and Gmail fetch ahead, scanners by name and in bursts, bots,
// mail programs that synchronise, members' own devices, install tests. All of it on deals and signatures, as fast as it comes.

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const NAMED: readonly (keyof typeof AGENTS)[] = ['applePrefetch', 'gmailPrefetch', 'scanner', 'bot', 'syncAgent'];
const MEMBERS = 6;
const SPAN_MS = 3_600_000;
const OWN_ADDRESS = '203.0.113.77';
const TEST_STARTED_MS = 500_000;

export interface MachineHits {
  /** The nth of `count` hits within the hour before `now`. */
  toHit(n: number): Hit;
}

/** An organization with a deal, signed-in devices and running install tests, and the machines that fetch its pixels. */
export async function prepareMachines(
  databases: Databases,
  { excludeBots, now, count }: { readonly excludeBots: boolean; readonly now: number; readonly count: number },
): Promise<MachineHits> {
  const organization = await seedOrganization(databases, {
    isDeal: true,
    roles: ['owner', ...Array.from({ length: MEMBERS - 1 }, () => 'member' as const)],
    settings: { exclude_bots: excludeBots },
    since: new Date(now - 399 * DAY_MS),
  });
  await enrolDevices(databases, organization, now);
  const tests = await startTests(databases, organization, now);
  const pixels = [
    { ...organization.campaign.pixel, trackingType: 'campaign' as const },
    ...organization.members.map(({ pixel }) => ({ ...pixel, trackingType: 'user' as const })),
  ];
  const kinds = NAMED.length + 3;
  return {
    toHit: (n) => {
      const turn = Math.floor(n / kinds);
      const pixel = pixels[turn % pixels.length] as (typeof pixels)[number];
      const { trackingType } = pixel;
      const at = now - SPAN_MS + Math.floor((n * SPAN_MS) / count);
      const kind = n % kinds;
      const by = NAMED[kind];
      if (by !== undefined) return makeHit(pixel, { at, trackingType, by, address: `198.51.100.${n % 250}` });
      if (kind === NAMED.length) return makeHit(pixel, { at, trackingType, by: 'thunderbird', address: OWN_ADDRESS });
      if (kind === NAMED.length + 1)
        return makeHit(tests[turn % tests.length] as { tokenHash: Buffer }, {
          at: now - TEST_STARTED_MS + (n % TEST_STARTED_MS),
          address: `192.0.2.${n % 250}`,
        });
      // Everybody's pixel within a second, by a browser in a scanner's network; the next address 10 s later.
      const burst = Math.floor(turn / pixels.length);
      const inBurst = { at: now - SPAN_MS + ((burst * 10_000) % (SPAN_MS - 1_000)) + (turn % pixels.length) * 40 };
      const address = `192.0.${2 + (Math.floor(burst / 250) % 250)}.${burst % 250}`;
      return { ...makeHit(pixel, { ...inBurst, address, trackingType }), userAgent: CHROME, networkClass: 'microsoft' };
    },
  };
}

/** Thunderbird at the members' own address, on this day and, around midnight, the one before. */
async function enrolDevices(databases: Databases, organization: SeededOrganization, now: number): Promise<void> {
  const { organizationId, members } = organization;
  for (const at of [now - SPAN_MS, now]) {
    const { address, userAgent } = makeHit(members[0].pixel, { at, by: 'thunderbird', address: OWN_ADDRESS });
    await enrolOwnDevice(databases, { organizationId, memberId: members[0].memberId, address, userAgent });
  }
}

async function startTests(databases: Databases, { organizationId, members }: SeededOrganization, now: number) {
  const question = { organizationId, tokenKey: TEST_TOKEN_KEY, now: now - TEST_STARTED_MS };
  const tests: { tokenHash: Buffer }[] = [];
  for (const { memberId } of members) {
    const started = await withTenant(databases, organizationId, (trx) =>
      startInstallTest(trx, { ...question, memberId, pixelUrl: 'https://mail.example' }),
    );
    if (started === null || typeof started === 'string') throw new Error(`not started: ${started}`);
    tests.push({ tokenHash: sha256(/\/u\/(.+)\.gif$/.exec(started.pixelUrl)?.[1] ?? '') });
  }
  return tests;
}
