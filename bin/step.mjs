// What the files of bin/ share: where the package is, how a step shows itself, how a program is run for its result.

import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A step failed in a way that its message explains; no stack trace is wanted. */
export class StepError extends Error {}

/** Says on stderr what begins, every 15 s that it goes on, and what it took. */
export async function step(title, work) {
  const began = Date.now();
  const say = (text) => process.stderr.write(`mailtracker: ${text}\n`);
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  say(`${title} …`);
  const alive = setInterval(() => say(`  still at it after ${seconds()}`), STILL_AT_IT_MS);
  try {
    const result = await work();
    say(`  done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(alive);
  }
}

const STILL_AT_IT_MS = 15_000;

/** Runs a program in silence. Rejects with the end of what it printed when it fails; passes signals on to it. */
export function run(file, words, { shell = false, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { cwd: ROOT, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    const keep = (chunk) => {
      printed = (printed + chunk).slice(-PRINTED_CHARS_MAX);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const stopPassing = passSignals(child);
    child.on('error', (error) => {
      stopPassing();
      reject(new StepError(`${file} could not be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      const told = stopPassing();
      if (told) process.exit(128 + SIGNALS[told]);
      if (code === 0) resolve();
      else reject(new StepError(lines(printed.trim(), `(${[file, ...words].join(' ')} ended with ${signal ?? code})`)));
    });
  });
}

const PRINTED_CHARS_MAX = 8_000;
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** Answers a function that stops passing and tells which signal came, if any. */
function passSignals(child) {
  let told = null;
  const listeners = Object.keys(SIGNALS).map((signal) => {
    const pass = () => {
      told = signal;
      child.kill(signal);
    };
    process.on(signal, pass);
    return [signal, pass];
  });
  return () => {
    for (const [signal, pass] of listeners) process.off(signal, pass);
    return told;
  };
}

export function lines(...parts) {
  return parts.filter((part) => part !== '').join('\n');
}

/** True for the file that node was started with. */
export function isMain(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}

/** Does the work of a main file; a StepError becomes its message and exit code 1. */
export async function orExit(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
