import { type Device, type Judgement, VERDICTS, type Verdict } from '../../src/domain/verdict.ts';
import { classify } from '../../src/process/classify/classify.ts';
import type { Corpus, LabelledAgent } from './read-corpora.ts';

export interface JudgedAgent extends LabelledAgent {
  readonly judgement: Judgement;
  /** Another file of the folder labels the same agent the other way: listed, never tuned to. */
  readonly isDisputed: boolean;
}

export interface Score {
  readonly name: string;
  readonly rows: readonly JudgedAgent[];
  /** Rows per expected verdict and judged verdict. */
  readonly confusion: ReadonlyMap<Verdict, ReadonlyMap<Verdict, number>>;
}

/** Judges every row by its agent alone: the corpora know no address and no header. */
export function scoreCorpora(corpora: readonly Corpus[]): Score[] {
  const disputed = toDisputed(corpora);
  return corpora.map(({ name, rows }) => {
    const judged = rows.map((row) => ({
      ...row,
      judgement: classify({ userAgent: row.userAgent, networkClass: 'unknown', hints: { isPrefetch: false } }),
      isDisputed: disputed.has(row.userAgent),
    }));
    return { name, rows: judged, confusion: toConfusion(judged) };
  });
}

/** True when the verdict is as good as the label asks: a machine may be called scanner or bot by either name. */
export function isVerdictRight({ expected, judgement }: JudgedAgent): boolean {
  if (expected === 'bot') return judgement.verdict === 'bot' || judgement.verdict === 'scanner';
  return judgement.verdict === expected;
}

/** Null where nothing is claimed of the device; a proxy that hides it may answer `unknown`. */
export function isDeviceRight({ device, judgement }: JudgedAgent): boolean | null {
  if (device === null) return null;
  if (judgement.verdict === 'proxy_open' && judgement.device === 'unknown') return null;
  return judgement.device === device;
}

/** Rows right and rows in all, for one device; disputed rows are left out. */
export function toDeviceShare(scores: readonly Score[], device: Device | null): { right: number; rows: number } {
  const answers = scores
    .flatMap(({ rows }) => rows)
    .filter((row) => !row.isDisputed && (device === null || row.device === device))
    .map(isDeviceRight)
    .filter((answer) => answer !== null);
  return { right: answers.filter(Boolean).length, rows: answers.length };
}

function toDisputed(corpora: readonly Corpus[]): Set<string> {
  const labels = new Map<string, Set<boolean>>();
  for (const row of corpora.flatMap(({ rows }) => rows)) {
    const known = labels.get(row.userAgent) ?? new Set();
    labels.set(row.userAgent, known.add(row.expected === 'bot' || row.expected === 'scanner'));
  }
  return new Set([...labels].filter(([, sides]) => sides.size > 1).map(([userAgent]) => userAgent));
}

function toConfusion(rows: readonly JudgedAgent[]): Map<Verdict, Map<Verdict, number>> {
  const confusion = new Map<Verdict, Map<Verdict, number>>();
  for (const expected of VERDICTS) {
    const own = rows.filter((row) => row.expected === expected);
    if (own.length === 0) continue;
    const judged = new Map<Verdict, number>();
    for (const row of own) judged.set(row.judgement.verdict, (judged.get(row.judgement.verdict) ?? 0) + 1);
    confusion.set(expected, judged);
  }
  return confusion;
}
