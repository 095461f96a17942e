import type { Device, Verdict } from '../../src/domain/verdict.ts';
import { isVerdictRight, type JudgedAgent, type Score, toDeviceShare } from './score-corpora.ts';

/** One promise of the product about a corpus, and what was measured. */
export interface Finding {
  readonly promise: string;
  readonly right: number;
  readonly rows: number;
  readonly isKept: boolean;
}

/** Holds every promise whose files are in the folder against the scores. */
export function toFindings(scores: readonly Score[]): Finding[] {
  return [
    ...VERDICT_PROMISES.map((promise) => toVerdictFinding(promise, scores)),
    ...DEVICE_PROMISES.map((promise) => toDeviceFinding(promise, scores)),
  ].filter(({ rows }) => rows > 0);
}

interface VerdictPromise {
  readonly promise: string;
  /** Files whose name starts so, pooled. */
  readonly files: string;
  readonly expected: readonly Verdict[];
  /** Verdicts that are as good as the expected one, beyond it. */
  readonly alsoRight?: readonly Verdict[];
  readonly perCentMin: number;
  /** A number of misses that is kept whatever share it is. */
  readonly missesMax?: number;
}

const EVERY: readonly Verdict[] = ['human', 'proxy_open', 'prefetch', 'scanner', 'bot', 'unknown'];

const VERDICT_PROMISES: readonly VerdictPromise[] = [
  { promise: 'real browsers are human', files: 'humans.user-agents', expected: ['human'], perCentMin: 100 },
  {
    promise: 'mail clients are human or proxy_open',
    files: 'mailclients.',
    expected: ['human', 'proxy_open'],
    alsoRight: ['human', 'proxy_open'],
    perCentMin: 100,
    missesMax: 1,
  },
  { promise: 'mail proxies are proxy_open', files: '', expected: ['proxy_open'], perCentMin: 100 },
  { promise: 'bots (monperrus)', files: 'bots.monperrus', expected: ['bot'], perCentMin: 99 },
  { promise: 'bots (Matomo)', files: 'bots.matomo', expected: ['bot'], perCentMin: 99 },
  { promise: 'bots (isbot)', files: 'bots.isbot', expected: ['bot'], perCentMin: 97 },
  { promise: 'bots (Yauaa)', files: 'bots.yauaa', expected: ['bot'], perCentMin: 96 },
  { promise: 'HTTP libraries are bots', files: 'libs.', expected: ['bot'], perCentMin: 97 },
  { promise: 'curated mail cases', files: 'email-open-cases', expected: EVERY, perCentMin: 100 },
  {
    promise: 'readers of the device sets are called no machine',
    files: 'device.',
    expected: ['human'],
    alsoRight: ['unknown'],
    perCentMin: 95,
  },
  {
    promise: 'odd and old browsers are called no machine',
    files: 'humans.isbot',
    expected: ['human'],
    alsoRight: ['unknown'],
    perCentMin: 96,
  },
];

const DEVICE_PROMISES: readonly { promise: string; files: string; device: Device | null; perCentMin: number }[] = [
  { promise: 'device of real traffic', files: 'humans.user-agents', device: null, perCentMin: 99.5 },
  { promise: 'phones (Yauaa)', files: 'device.yauaa', device: 'mobile', perCentMin: 97 },
  { promise: 'tablets (Yauaa)', files: 'device.yauaa', device: 'tablet', perCentMin: 85 },
  { promise: 'desktops (Yauaa)', files: 'device.yauaa', device: 'desktop', perCentMin: 99.5 },
  { promise: 'phones (Matomo)', files: 'device.matomo', device: 'mobile', perCentMin: 95 },
  { promise: 'tablets (Matomo)', files: 'device.matomo', device: 'tablet', perCentMin: 80 },
  { promise: 'device of the curated cases', files: 'email-open-cases', device: null, perCentMin: 95 },
];

function toVerdictFinding(wanted: VerdictPromise, scores: readonly Score[]): Finding {
  const rows = scores
    .filter(({ name }) => name.startsWith(wanted.files))
    .flatMap((score) => score.rows)
    .filter((row) => wanted.expected.includes(row.expected) && !row.isDisputed);
  const isRight = (row: JudgedAgent) => isVerdictRight(row) || (wanted.alsoRight ?? []).includes(row.judgement.verdict);
  const right = rows.filter(isRight).length;
  const isKept = right * 100 >= wanted.perCentMin * rows.length || rows.length - right <= (wanted.missesMax ?? 0);
  return { promise: wanted.promise, right, rows: rows.length, isKept };
}

function toDeviceFinding(wanted: (typeof DEVICE_PROMISES)[number], scores: readonly Score[]): Finding {
  const { right, rows } = toDeviceShare(
    scores.filter(({ name }) => name.startsWith(wanted.files)),
    wanted.device,
  );
  return { promise: wanted.promise, right, rows, isKept: right * 100 >= wanted.perCentMin * rows };
}
