#!/usr/bin/env node
// Any command line verb straight from a clone: installs and builds when needed, then becomes the built program, in this
// very process, so that signals, exit code and stdout are the command's own.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, isBuilt } from './build.mjs';
import { ready } from './ready.mjs';
import { orExit, ROOT } from './step.mjs';

await orExit(async () => {
  const isUsable = isBuilt();
  await ready({ dev: !isUsable });
  if (!isUsable) await build();
});

const main = join(ROOT, 'dist', 'main.js');
process.argv[1] = main;
await import(pathToFileURL(main).href);
