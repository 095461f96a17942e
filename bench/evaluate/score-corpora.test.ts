import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCorpora } from './read-corpora.ts';
import { isDeviceRight, isVerdictRight, scoreCorpora } from './score-corpora.ts';
import { toFindings } from './thresholds.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'corpora-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function store(name: string, rows: readonly object[]): void {
  const isLines = name.endsWith('.jsonl');
  writeFileSync(
    join(folder, name),
    isLines ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : JSON.stringify(rows),
  );
}

const score = () => scoreCorpora(readCorpora(folder));

describe('the evaluation', () => {
  test('counts what was judged for what, file by file', () => {
    store('bots.example.jsonl', [
      { ua: 'ExampleBot/1.0', label: 'bot' },
      { ua: 'Barracuda Sentinel (EE)', label: 'bot' },
      { ua: CHROME, label: 'bot' },
    ]);
    const [corpus] = score();
    expect([...(corpus?.confusion.get('bot') ?? [])].sort()).toEqual([
      ['bot', 1],
      ['human', 1],
      ['scanner', 1],
    ]);
    expect(corpus?.rows.filter((row) => !isVerdictRight(row)).map((row) => row.userAgent)).toEqual([CHROME]);
  });

  test('reads the words of the curated cases as ours', () => {
    store('cases.curated.json', [
      { ua: 'Mozilla/5.0', class: 'mpp', device: 'hidden' },
      { ua: 'YahooMailProxy', class: 'proxy', device: 'hidden' },
      { ua: 'iOS/18.1 (22B83) dataaccessd/1.0', class: 'unknown', device: 'mobile' },
    ]);
    const rows = score().flatMap((corpus) => corpus.rows);
    expect(rows.map(({ expected }) => expected)).toEqual(['prefetch', 'proxy_open', 'unknown']);
    expect(rows.every(isVerdictRight)).toBe(true);
    expect(rows.map(isDeviceRight)).toEqual([null, null, true]);
  });

  test('lists a row that two files dispute and holds nobody to it', () => {
    store('bots.monperrus.jsonl', [
      { ua: CHROME, label: 'bot' },
      { ua: 'ExampleBot/1.0', label: 'bot' },
    ]);
    store('humans.user-agents.jsonl', [{ ua: CHROME, label: 'human' }]);
    const scores = score();
    expect(scores.flatMap(({ rows }) => rows.map(({ isDisputed }) => isDisputed))).toEqual([true, false, true]);
    expect(toFindings(scores)).toEqual([{ promise: 'bots (monperrus)', right: 1, rows: 1, isKept: true }]);
  });

  test('breaks a promise that is not kept, and forgives mail clients one miss', () => {
    store('humans.user-agents.jsonl', [{ ua: CHROME, label: 'human', device: 'mobile' }]);
    store('mailclients.example.jsonl', [
      { ua: 'Outlook-iOS/2.0', label: 'human' },
      { ua: 'curl/8.1', label: 'human' },
    ]);
    const kept = () => Object.fromEntries(toFindings(score()).map(({ promise, isKept }) => [promise, isKept]));
    expect(kept()).toEqual({
      'real browsers are human': true,
      'mail clients are human or proxy_open': true,
      'device of real traffic': false,
    });
    store('mailclients.more.jsonl', [{ ua: 'wget/1.2', label: 'human' }]);
    expect(kept()['mail clients are human or proxy_open']).toBe(false);
  });

  test('names file and row of what it cannot read', () => {
    store('bots.example.jsonl', [
      { ua: 'x', label: 'bot' },
      { ua: 'y', label: 'alien' },
    ]);
    expect(score).toThrow(/bots\.example\.jsonl, row 2.*alien/);
  });
});
