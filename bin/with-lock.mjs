// One process at a time installs or builds in this folder; the others wait and then find it done. The lock is a file
// that its holder touches: it is void when its holder died on this machine or stopped touching it.

import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT, StepError } from './step.mjs';

/** Runs the work alone. Waits at most WAIT_MS_MAX for others, then throws StepError. */
export async function withLock(work) {
  const token = `${hostname()} ${process.pid} ${randomBytes(8).toString('hex')}`;
  await acquire(token);
  const touch = setInterval(() => touchLock(token), TOUCH_MS);
  const release = () => {
    clearInterval(touch);
    if (readLock() === token) rmSync(LOCK, { force: true });
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

const LOCK = join(ROOT, '.bin-lock');
const TOUCH_MS = 2_000;
const VOID_AFTER_MS = 60_000;
const WAIT_MS_MAX = 15 * 60_000;
const LOOK_MS = 200;

async function acquire(token) {
  const began = Date.now();
  let isTold = false;
  while (!tryLock(token)) {
    if (Date.now() - began > WAIT_MS_MAX)
      throw new StepError(`Another process holds ${LOCK} (${readLock()}). If none does, delete that file.`);
    if (!isTold)
      process.stderr.write('mailtracker: another process is installing or building here; waiting for it …\n');
    isTold = true;
    dropVoidLock();
    await pause(LOOK_MS);
  }
}

function tryLock(token) {
  try {
    writeFileSync(LOCK, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new StepError(`This folder must be writable to install or build in it: ${error.message}`);
  }
}

function dropVoidLock() {
  const token = readLock();
  if (token === null || !isVoid(token)) return;
  const aside = `${LOCK}.${process.pid}`;
  try {
    // Renaming lets one waiter win; had a new holder come in between, it gets its lock back.
    renameSync(LOCK, aside);
    if (readFileSync(aside, 'utf8') === token) rmSync(aside, { force: true });
    else renameSync(aside, LOCK);
  } catch {
    // Another waiter was faster.
  }
}

function isVoid(token) {
  const [host, pid] = token.split(' ');
  try {
    if (Date.now() - statSync(LOCK).mtimeMs > VOID_AFTER_MS) return true;
    if (host === hostname()) process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function touchLock(token) {
  if (readLock() !== token) return;
  const now = new Date();
  utimesSync(LOCK, now, now);
}

function readLock() {
  try {
    return readFileSync(LOCK, 'utf8');
  } catch {
    return null;
  }
}
