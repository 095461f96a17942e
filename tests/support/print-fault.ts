/** What every test of the fault suite says in one line; a dash where a figure has no meaning for the fault. */
export interface FaultFigures {
  readonly answered: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
  /** From the end of the fault or the load until everything was stored. */
  readonly lateMs?: number;
  readonly p99Ms?: number;
}

/** On stderr, which Vitest passes on as it is. `more`: what this fault has to say beyond the six figures. */
export function printFault(title: string, figures: FaultFigures, more = ''): void {
  const { answered, stored, lost, doubled, lateMs, p99Ms } = figures;
  const times = `late ${toMs(lateMs)}, p99 ${toMs(p99Ms)}`;
  const line = `answered ${answered}, stored ${stored}, lost ${lost}, doubled ${doubled}, ${times}`;
  process.stderr.write(`fault | ${title} | ${line}${more === '' ? '' : ` | ${more}`}\n`);
}

function toMs(ms: number | undefined): string {
  return ms === undefined ? '-' : `${Math.round(ms * 10) / 10} ms`;
}
