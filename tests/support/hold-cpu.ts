import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A process that gets a share of one core and no more, all of its threads together. */
export interface HeldCpu {
  /** What holds it. */
  readonly by: 'cgroup v2' | 'cgroup v1' | 'SIGSTOP';
  release(): void;
}

const PERIOD_MS = 100;
const V2 = '/sys/fs/cgroup';
const V1 = '/sys/fs/cgroup/cpu';

let groups = 0;

/** By the kernel where its control groups may be written, else by stopping and continuing it in turn. */
export function holdCpu(pid: number, share: number): HeldCpu {
  groups += 1;
  const name = `mailtracker-test-${process.pid}-${groups}`;
  return (
    holdInGroup(pid, { by: 'cgroup v2', folder: join(V2, name), quota: toV2Quota(share) }) ??
    holdInGroup(pid, { by: 'cgroup v1', folder: join(V1, name), quota: toV1Quota(share) }) ??
    holdByStopping(pid, share)
  );
}

type Quota = readonly (readonly [file: string, value: string])[];

function toV2Quota(share: number): Quota {
  return [['cpu.max', `${Math.round(share * PERIOD_MS * 1_000)} ${PERIOD_MS * 1_000}`]];
}

function toV1Quota(share: number): Quota {
  return [
    ['cpu.cfs_period_us', String(PERIOD_MS * 1_000)],
    ['cpu.cfs_quota_us', String(Math.round(share * PERIOD_MS * 1_000))],
  ];
}

interface Group {
  readonly by: 'cgroup v2' | 'cgroup v1';
  readonly folder: string;
  readonly quota: Quota;
}

/** Null where there is no such controller, or we may not write there. */
function holdInGroup(pid: number, { by, folder, quota }: Group): HeldCpu | null {
  try {
    mkdirSync(folder);
  } catch {
    return null;
  }
  const remove = (): void => {
    try {
      rmdirSync(folder);
    } catch {
      // Its process has not gone yet: an empty group of a test run is all that is left.
    }
  };
  try {
    // Beside the mounts of version 1 there is a plain folder, where files of any name could be made.
    if (!quota.every(([file]) => existsSync(join(folder, file)))) throw new Error('no controller of CPU time');
    for (const [file, value] of quota) writeFileSync(join(folder, file), value);
    writeFileSync(join(folder, 'cgroup.procs'), String(pid));
    return { by, release: remove };
  } catch {
    remove();
    return null;
  }
}

function holdByStopping(pid: number, share: number): HeldCpu {
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended.
    }
  };
  let pausing: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    signal('SIGCONT');
    pausing = setTimeout(() => signal('SIGSTOP'), PERIOD_MS * share);
  }, PERIOD_MS);
  return {
    by: 'SIGSTOP',
    release() {
      clearInterval(timer);
      clearTimeout(pausing);
      signal('SIGCONT');
    },
  };
}
