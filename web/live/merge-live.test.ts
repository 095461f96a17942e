import { expect, test } from 'vitest';
import type { Open } from '../../src/contract/open-feed.ts';
import type { Signal } from '../../src/contract/signal.ts';
import { toFeedRows } from '../pages/live/to-feed-rows.ts';
import { noteRecent, withRecent } from './live-recent.ts';
import type { LiveMessage } from './live-stream.ts';
import { mergeOpens, mergeSignals } from './merge-live.ts';
import { toCallNow, toHeat } from './to-heat.ts';

const at = (minute: number) => new Date(Date.parse('2026-06-10T10:00:00Z') + minute * 60_000).toISOString();

function makeOpen(id: string, minute: number, more: Partial<Open> = {}): Open {
  return {
    id,
    at: at(minute),
    trackingType: 'user',
    campaignId: null,
    campaignName: null,
    verdict: 'human',
    confidence: 'probable',
    reason: 'browser',
    explanation: '',
    device: 'desktop',
    counted: true,
    unique: true,
    loads: 1,
    oldSignature: false,
    ...more,
  };
}

function makeSignal(id: string, minute: number, more: Partial<Signal> = {}): Signal {
  return {
    id,
    rule: 'hot',
    level: 'hot',
    confidence: 'probable',
    campaignId: null,
    userId: 'u',
    userName: 'Sam Reed',
    title: 'Acme Corp Proposal',
    reasons: [],
    why: [],
    sentence: '',
    device: null,
    raisedAt: at(minute),
    fadesAt: at(minute + 30),
    moreOpens: 0,
    outcome: null,
    silencedFor: null,
    ...more,
  };
}

const told = (event: LiveMessage['event'], data: unknown): LiveMessage => ({ event, id: '1', data });

test('an open that is told takes its place by time, a second time changes it, and a withdrawn one goes', () => {
  const feed = { data: [makeOpen('2', 5), makeOpen('1', 1)], next: 'more' };
  const late = mergeOpens(feed, told('open', makeOpen('3', 3)));
  expect(late.data.map(({ id }) => id)).toEqual(['2', '3', '1']);
  const changed = mergeOpens(late, told('open', makeOpen('2', 5, { counted: false })));
  expect(changed.data.map(({ id, counted }) => [id, counted])).toEqual([
    ['2', false],
    ['3', true],
    ['1', true],
  ]);
  const gone = mergeOpens(changed, told('withdrawn', { kind: 'open', id: '3' }));
  expect(gone.data.map(({ id }) => id)).toEqual(['2', '1']);
  expect(mergeOpens(gone, told('withdrawn', { kind: 'signal', id: '1' })).data).toHaveLength(2);
  expect(mergeSignals({ data: [makeSignal('1', 0)], next: null }, told('open', makeOpen('9', 9))).data).toHaveLength(1);
});

test('a list that was asked for before something was told is not shown without it', async () => {
  const list = await withRecent(async () => {
    noteRecent(told('open', makeOpen('7', 7)));
    return { data: [makeOpen('1', 1)], next: null };
  }, mergeOpens);
  expect(list.data.map(({ id }) => id)).toEqual(['7', '1']);
  const later = await withRecent(async () => ({ data: [makeOpen('1', 1)], next: null }), mergeOpens);
  expect(later.data.map(({ id }) => id)).toEqual(['1']);
});

test('heat fades evenly to nothing, and what is warm begins below what is hot', () => {
  const hot = makeSignal('a', 0);
  expect([0, 15, 30, 45].map((minute) => toHeat(hot, Date.parse(at(minute))))).toEqual([1, 0.5, 0, 0]);
  expect(toHeat({ ...hot, level: 'warm' }, Date.parse(at(0)))).toBeLessThan(toHeat(hot, Date.parse(at(5))));
});

test('to call now: hottest first, one call a deal, without what faded, was dealt with or muted', () => {
  const signals = [
    makeSignal('fresh but warm', 10, { level: 'warm', campaignId: 'warm' }),
    makeSignal('older and hot', 5, { campaignId: 'older' }),
    makeSignal('the same deal', 4, { campaignId: 'older', rule: 'spreading' }),
    makeSignal('hot', 10),
    makeSignal('reached', 10, { outcome: 'reached' }),
    makeSignal('muted', 10, { silencedFor: 'muted' }),
    makeSignal('held for the digest', 10, {
      level: 'warm',
      silencedFor: 'quiet_hours',
      campaignId: 'held',
      fadesAt: at(39),
    }),
    makeSignal('cold', -40),
  ];
  const calls = toCallNow(signals, Date.parse(at(12)));
  expect(calls.map(({ signal, also }) => [signal.id, ...also.map(({ id }) => id)])).toEqual([
    ['hot'],
    ['older and hot', 'the same deal'],
    ['fresh but warm'],
    ['held for the digest'],
  ]);
});

test('a flood of like opens folds behind the first three, and what differs stays on its own', () => {
  const flood = Array.from({ length: 12 }, (_, i) => makeOpen(`f${i}`, 60 - i));
  const other = makeOpen('other', 47, { campaignId: 'c', campaignName: 'Globex renewal' });
  const rows = toFeedRows([...flood, other], [makeSignal('s', 61)]);
  expect(rows.map((row) => (row.kind === 'more' ? row.opens.length : row.kind))).toEqual([
    'signal',
    'open',
    'open',
    'open',
    9,
    'open',
  ]);
  expect(toFeedRows(flood.slice(0, 4), [])).toHaveLength(4);
});
