import type { MyStats } from '../contract/my-stats.ts';
import type { DeviceOpens } from './read-devices.ts';

const DEVICES = ['desktop', 'mobile', 'tablet'] as const;

/** Whole per cents of the opens whose device is known, and how large a part of all opens these are. */
export function toDeviceShares(figures: DeviceOpens): Pick<MyStats, 'byDevice' | 'deviceKnownShare'> {
  const counts = DEVICES.map((device) => figures[device]);
  const known = counts.reduce((sum, count) => sum + count, 0);
  const { opens } = figures;
  const [desktop = 0, mobile = 0, tablet = 0] = toWholeShares(counts);
  return {
    byDevice: { desktop, mobile, tablet },
    deviceKnownShare: opens === 0 ? null : Math.round((known / opens) * 100),
  };
}

/** Per cents by largest remainder: they sum to exactly 100, ties to the earlier; all 0 when there is nothing. */
export function toWholeShares(counts: readonly number[]): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return counts.map(() => 0);
  const shares = counts.map((count) => Math.floor((count * 100) / total));
  const left = 100 - shares.reduce((sum, share) => sum + share, 0);
  const remainder = (index: number) => ((counts[index] ?? 0) * 100) % total;
  const byRemainder = counts.map((_, index) => index).sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const index of byRemainder.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}
