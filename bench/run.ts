// npm run bench -- <name> [options]: one door to every measurement. Each is a file beside this one that reads its own
// options and answers 1 when a budget is broken; `--help` after a name is up to it.

const BENCHES: readonly { readonly name: string; readonly what: string; readonly load: () => Promise<unknown> }[] = [
  { name: 'read', what: 'every dashboard question over 1 and 10 million opens', load: () => import('./read.ts') },
  { name: 'oracle', what: '200,000 random hits against a slow recount', load: () => import('./oracle.ts') },
  { name: 'purge', what: 'a million expired opens forgotten under pixel load', load: () => import('./purge.ts') },
  {
    name: 'process',
    what: 'hits a second into the database, and what the rollups cost',
    load: () => import('./process.ts'),
  },
  { name: 'collect', what: 'the pixel beside nginx and a bare server', load: () => import('./collect.ts') },
  {
    name: 'deliver',
    what: '1,000 deliveries a second beside a hanging destination, and kills',
    load: () => import('./deliver.ts'),
  },
  {
    name: 'live',
    what: 'the third GIF to its signal on a screen, and 1,000 open streams',
    load: () => import('./live.ts'),
  },
  {
    name: 'signals',
    what: 'what weighing signals costs a batch, and 100,000 machines that raise none',
    load: () => import('./signals.ts'),
  },
  {
    name: 'busy',
    what: 'pixels beside processing, dashboards, hashes and a database that is away',
    load: () => import('./busy.ts'),
  },
  {
    name: 'sustained',
    what: 'a minute of hits from the spool into rows, beside a straightforward tracker',
    load: () => import('./sustained.ts'),
  },
  {
    name: 'growth',
    what: 'CPU a hit at 1, 10 and 30 million stored opens',
    load: () => import('./growth.ts'),
  },
  { name: 'idle', what: 'start, cold and warm, and memory at rest and under load', load: () => import('./idle.ts') },
  {
    name: 'end-to-end',
    what: 'from the GIF to the row and to the open screen',
    load: () => import('./end-to-end.ts'),
  },
  { name: 'classify', what: 'microseconds per judged agent', load: () => import('./classify.ts') },
  { name: 'web', what: 'bytes, layout shift and times of every page', load: () => import('./web.ts') },
  { name: 'evaluate', what: 'labelled corpora, promise by promise', load: () => import('./evaluate.ts') },
];

const [name, ...rest] = process.argv.slice(2);
const bench = BENCHES.find((one) => one.name === name);
if (bench === undefined) {
  const lines = BENCHES.map((one) => `  ${one.name.padEnd(10)} ${one.what}\n`).join('');
  const isAsked = name === undefined || name === '--help';
  (isAsked ? process.stdout : process.stderr).write(`Usage: npm run bench -- <name> [options]\n\n${lines}`);
  process.exitCode = isAsked ? 0 : 2;
} else {
  process.argv.splice(2, process.argv.length - 2, ...rest);
  await bench.load();
}
