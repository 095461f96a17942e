import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { systemClock } from '../kit/clock.ts';
import { createLog, type Log } from '../kit/log.ts';
import { NETWORK_SOURCES } from '../networks/network-sources.ts';
import { openNetworks } from '../networks/open-networks.ts';
import { type SourceOutcome, updateNetworks } from '../networks/update-networks.ts';
import { type Command, UsageError } from './command.ts';

export const networksCommand: Command = {
  name: 'networks',
  summary: 'download the publishers’ lists of mail networks, or show what is held',
  help: `
Usage: mailtracker networks update [--json]
       mailtracker networks show [--json]

update  downloads the publishers' own lists, checks each, and stores them in DATA_DIR/networks in one step. A running
        server takes them over by itself. A list that cannot be had keeps what was held; the exit code is then 1.
show    lists what is held and how old it is.

NETWORKS_URLS names other addresses, or leaves lists out: apple-relay=https://mirror.example/egress.csv,amazon=off
Lists: ${NETWORK_SOURCES.map(({ name }) => name).join(', ')}.
Run it daily, for example from cron; past 90 days a list accuses nobody any more.`,
  run: (words) => runNetworks(words, process.stdout),
};

/** Answers 0, or 1 when a list was refused. */
export async function runNetworks(words: readonly string[], output: Writable): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
    strict: true,
  });
  const [verb, ...rest] = positionals;
  if ((verb !== 'update' && verb !== 'show') || rest.length > 0) throw new UsageError('expected "update" or "show"');
  const config = readConfig(process.env);
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  const folder = join(config.dataDir, 'networks');
  if (verb === 'show') return show({ folder, log, output, isJson: values.json });
  checkSourceNames(config);
  const outcomes = await updateNetworks({ folder, urls: config.networksUrls, clock: systemClock, log });
  output.write(values.json ? `${JSON.stringify(outcomes)}\n` : outcomes.map(toOutcomeText).join(''));
  return outcomes.some(({ state }) => state === 'refused') ? 1 : 0;
}

function checkSourceNames({ networksUrls }: Config): void {
  const unknown = Object.keys(networksUrls).find((name) => NETWORK_SOURCES.every((source) => source.name !== name));
  if (unknown !== undefined) throw new UsageError(`NETWORKS_URLS names "${unknown}", which is no list`);
}

async function show(to: { folder: string; log: Log; output: Writable; isJson: boolean }): Promise<number> {
  const networks = await openNetworks({ folder: to.folder, clock: systemClock, log: to.log });
  const { lists, intervals } = networks.figures();
  if (to.isJson) to.output.write(`${JSON.stringify({ intervals, lists })}\n`);
  else {
    for (const { networkClass, source, ranges, ageDays, isDownloaded } of lists) {
      const origin = isDownloaded ? source : 'shipped';
      to.output.write(
        `${networkClass.padEnd(16)} ${String(ranges).padStart(6)} ranges  ${ageDays} days old  ${origin}\n`,
      );
    }
  }
  return 0;
}

function toOutcomeText({ source, state, ranges, error }: SourceOutcome): string {
  return `${source.padEnd(16)} ${state.padEnd(8)} ${String(ranges).padStart(6)} ranges${error === null ? '' : `  ${error}`}\n`;
}
