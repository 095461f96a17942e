import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Starts a file as a thread. Run from source, a thread needs the TypeScript loader of its own: it inherits none on Node 20. */
export function startThread(entry: URL, workerData: unknown): Worker {
  if (!entry.href.endsWith('.ts')) return new Worker(entry, { workerData });
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const loader = new URL('./esm/api/index.mjs', pathToFileURL(tsx)).href;
  const start = `import('${loader}').then(({ register }) => { register(); return import('${entry.href}'); })`;
  return new Worker(start, { workerData, eval: true, execArgv: [] });
}
