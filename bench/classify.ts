import { parseArgs } from 'node:util';
import { buildNetworkTable } from '../src/networks/network-table.ts';
import { mergeRanges, parseRange, toRangeText } from '../src/networks/parse-range.ts';
import { classify } from '../src/process/classify/classify.ts';
import { readCorpora } from './evaluate/read-corpora.ts';

// tsx bench/classify.ts [folder of corpora] [--rounds 9]: microseconds per agent that is seen for the first time, per
// cached agent, and per look-up among 15,000 ranges. The best round counts: the others shared the machine. Answers 1
// when a budget is broken.

const BUDGETS = { newAgentUs: 8, cachedAgentUs: 0.3, lookUpUs: 0.6 } as const;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '9' } },
});
const rounds = Number(values.rounds);
function toBest(measure: (round: number) => number): number {
  return Math.min(...Array.from({ length: rounds }, (_, round) => measure(round)));
}

/** Every agent is another string than any before: a marker at its end, where agents carry versions and build numbers. */
function measureNewAgents(round: number): number {
  const agents = toAgents(4000).map((agent, index) => Buffer.from(`${agent} r${round}.${index}`).toString('latin1'));
  return toMicroseconds(agents, (userAgent) => classify({ userAgent, networkClass: 'eyeball', hints: NO_HINTS }));
}

/** The same 500 agents again and again, each time as the fresh string that a parser makes of a request. */
function measureCachedAgents(): number {
  const distinct = toAgents(500);
  for (const userAgent of distinct) classify({ userAgent, networkClass: 'eyeball', hints: NO_HINTS });
  const agents = Array.from({ length: 40 }, () =>
    distinct.map((agent) => Buffer.from(agent).toString('latin1')),
  ).flat();
  return toMicroseconds(agents, (userAgent) => classify({ userAgent, networkClass: 'eyeball', hints: NO_HINTS }));
}

/** 4,000 IPv4 and 12,000 IPv6 ranges, the proportion of Apple's list; half of the addresses asked for are inside. */
function measureLookUps(): () => number {
  const ranges = mergeRanges(
    [
      ...Array.from({ length: 4000 }, (_, n) => `${1 + (n % 200)}.${n % 251}.${(n * 7) % 256}.${(n % 16) * 16}/28`),
      ...Array.from({ length: 12_000 }, (_, n) => `2a02:26f7:${(n * 5).toString(16)}:${(n % 4096).toString(16)}::/64`),
    ].flatMap((text) => parseRange(text) ?? []),
  );
  const table = buildNetworkTable([{ networkClass: 'apple_relay', ranges }]);
  process.stdout.write(`${ranges.length} ranges in ${table.intervals} intervals\n`);
  const inside = ranges.map((range) => toRangeText(range).split('-')[0] ?? '');
  const addresses = [
    ...inside,
    ...inside.map((text) => text.replace(/^(\w+)/, (first) => (first === '2a02' ? '2a03' : first))),
  ];
  return () => toMicroseconds(addresses, (address) => table.toNetworkClass(address));
}

function toMicroseconds(inputs: readonly string[], run: (input: string) => unknown): number {
  const startedAt = process.hrtime.bigint();
  for (const input of inputs) run(input);
  return Number(process.hrtime.bigint() - startedAt) / 1000 / inputs.length;
}

function toAgents(count: number): string[] {
  const [folder] = positionals;
  const known =
    folder === undefined ? MODELS : readCorpora(folder).flatMap(({ rows }) => rows.map((row) => row.userAgent));
  return Array.from({ length: count }, (_, index) =>
    (known[index % known.length] ?? '').replace('140', String(100 + (index % 60))),
  );
}

const NO_HINTS = { isPrefetch: false } as const;

const MODELS: readonly string[] = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  'Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/140.2.0',
  'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)',
  'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
  'Mozilla/5.0 (compatible; SomeCrawler/1.0; +https://example.com/bot)',
];

const figures = {
  newAgentUs: toBest((round) => measureNewAgents(round)),
  cachedAgentUs: toBest(() => measureCachedAgents()),
  lookUpUs: toBest(measureLookUps()),
};
for (const [name, us] of Object.entries(figures)) {
  const budget = BUDGETS[name as keyof typeof BUDGETS];
  process.stdout.write(
    `${name.padEnd(14)} ${us.toFixed(3)} µs, budget ${budget} µs: ${us <= budget ? 'kept' : 'BROKEN'}\n`,
  );
}
process.stdout.write(`node ${process.version}, ${rounds} rounds, tsx bench/classify.ts ${positionals.join(' ')}\n`);
process.exitCode = Object.entries(figures).every(([name, us]) => us <= BUDGETS[name as keyof typeof BUDGETS]) ? 0 : 1;
