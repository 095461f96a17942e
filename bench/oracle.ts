import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

// npm run bench -- oracle [--hits 200000]: the oracle test of src/analytics over ten times the hits that the suite takes.

const { values } = parseArgs({ options: { hits: { type: 'string', default: '200000' } } });
const began = performance.now();
const child = spawn(
  'npx',
  ['vitest', 'run', '--project', 'servers', 'src/analytics/oracle.test.ts', '--testTimeout=600000'],
  {
    env: { ...process.env, ORACLE_HITS: values.hits },
    stdio: 'inherit',
  },
);
const [code] = await once(child, 'exit');
process.stdout.write(
  `${Number(values.hits).toLocaleString('en')} hits in ${((performance.now() - began) / 1_000).toFixed(1)} s\n`,
);
process.exitCode = code === 0 ? 0 : 1;
