import type { SpoolBlock } from '../domain/hit.ts';
import { type BatchContext, createBatchContext } from '../process/batch-context.ts';
import { processBatch } from '../process/process-batch.ts';
import { toFailure } from '../process/to-failure.ts';
import { type DemoPixel, toDemoBlocks } from './demo-history.ts';
import type { DemoTools, PreparedDemo } from './prepare-demo.ts';

const BATCH_BLOCKS_MAX = 8;
const PIXELS_PER_LINE = 10;

/**
 * Hands the history to the process stage, block by block, and remembers in the organization's metadata that all of it
 * is stored. Blocks have the same ids in every run, so what an interrupted run stored is not stored again.
 */
export async function storeDemoHistory(tools: DemoTools, demo: PreparedDemo): Promise<void> {
  if (await isStored(tools, demo)) return;
  const context = createBatchContext({ databases: tools.databases, clock: tools.clock });
  const pixels = await readDemoPixels(tools, demo);
  let hits = 0;
  for (const [index, pixel] of pixels.entries()) {
    let batch: SpoolBlock[] = [];
    for (const block of toDemoBlocks(pixel, demo.organizationId, demo.historyEndsAt)) {
      batch.push(block);
      hits += block.records.length;
      if (batch.length < BATCH_BLOCKS_MAX) continue;
      await storeBatch(context, batch);
      batch = [];
    }
    if (batch.length > 0) await storeBatch(context, batch);
    const isLast = index + 1 === pixels.length;
    if (isLast || (index + 1) % PIXELS_PER_LINE === 0)
      tools.tell(`demo: history of ${index + 1} of ${pixels.length} pixels, ${hits} hits`);
  }
  await tools.databases.system
    .updateTable('organizations')
    .set({ metadata: JSON.stringify(STORED) })
    .where('id', '=', demo.organizationId)
    .execute();
}

/** A server that starts or works meanwhile may be in the way of a batch, which then comes again. */
async function storeBatch(context: BatchContext, batch: readonly SpoolBlock[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await processBatch(context, batch);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !['conflict', 'partition_gone'].includes(toFailure(error))) throw error;
      context.partitions.forget();
    }
  }
}

const ATTEMPTS_MAX = 10;

const STORED = { demoHistory: 'stored' };

async function isStored({ databases }: DemoTools, { organizationId }: PreparedDemo): Promise<boolean> {
  const row = await databases.system
    .selectFrom('organizations')
    .where('id', '=', organizationId)
    .select('metadata')
    .executeTakeFirst();
  return row?.metadata === JSON.stringify(STORED);
}

async function readDemoPixels({ databases }: DemoTools, demo: PreparedDemo): Promise<DemoPixel[]> {
  const users = await databases.system
    .selectFrom('signature_user_tracking')
    .where('organization_id', '=', demo.organizationId)
    .where('is_active', '=', true)
    .orderBy('id')
    .select(['user_id', 'pixel_token_hash'])
    .execute();
  const campaigns = await databases.system
    .selectFrom('signature_tracking_pixels')
    .where('organization_id', '=', demo.organizationId)
    .where('is_active', '=', true)
    .orderBy('id')
    .select(['user_id', 'campaign_id', 'pixel_token_hash'])
    .execute();
  const toOpens = (userId: (typeof users)[number]['user_id']) => demo.members.get(userId)?.opensPerWorkday ?? 0;
  return [
    ...users.map((row) => ({
      trackingType: 'user' as const,
      tokenHash: row.pixel_token_hash,
      opensPerWorkday: toOpens(row.user_id),
    })),
    ...campaigns.map((row) => ({
      trackingType: 'campaign' as const,
      tokenHash: row.pixel_token_hash,
      opensPerWorkday:
        toOpens(row.user_id) * (demo.campaigns.find((campaign) => campaign.id === row.campaign_id)?.share ?? 0),
    })),
  ];
}
