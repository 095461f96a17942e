import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { DEVICES, type Device, VERDICTS, type Verdict } from '../../src/domain/verdict.ts';

/** One labelled user agent: what it should be judged, and on what device, where the corpus says so. */
export interface LabelledAgent {
  readonly userAgent: string;
  readonly expected: Verdict;
  readonly device: Device | null;
}

export interface Corpus {
  /** File name without folder. */
  readonly name: string;
  readonly rows: readonly LabelledAgent[];
}

/** Reads every `*.jsonl` and `*.curated.json` of a folder. Throws naming file and row when one has another shape. */
export function readCorpora(folder: string): Corpus[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl') || name.endsWith('.curated.json'))
    .sort()
    .map((name) => readCorpus(join(folder, name)));
}

function readCorpus(file: string): Corpus {
  const text = readFileSync(file, 'utf8');
  const rows: unknown[] = file.endsWith('.jsonl')
    ? text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => JSON.parse(line))
    : z.array(z.unknown()).parse(JSON.parse(text));
  return {
    name: basename(file),
    rows: rows.map((row, index) => toLabelledAgent(row, `${basename(file)}, row ${index + 1}`)),
  };
}

const rowShape = z.object({
  ua: z.string(),
  label: z.string().optional(),
  class: z.string().optional(),
  device: z.string().optional(),
});

/** The corpora's words for our verdicts; a word of our own is taken as it is. */
const VERDICT_OF_LABEL: Readonly<Record<string, Verdict>> = { proxy: 'proxy_open', mpp: 'prefetch' };

function toLabelledAgent(row: unknown, where: string): LabelledAgent {
  const parsed = rowShape.safeParse(row);
  if (!parsed.success) throw new Error(`${where}: expected {"ua", "label" or "class", "device"?}`);
  const label = parsed.data.label ?? parsed.data.class ?? '';
  const expected = VERDICT_OF_LABEL[label] ?? VERDICTS.find((verdict) => verdict === label);
  if (expected === undefined) throw new Error(`${where}: the label "${label}" is not known`);
  return {
    userAgent: parsed.data.ua,
    expected,
    device: DEVICES.find((device) => device === parsed.data.device) ?? null,
  };
}
