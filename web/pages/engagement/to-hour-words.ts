import type { PeakHour } from '../../../src/contract/my-stats.ts';

/** "Tuesdays at 10am". */
export function toHourWords({ day, hour }: Pick<PeakHour, 'day' | 'hour'>): string {
  return `${day}s at ${toClockWords(hour)}`;
}

function toClockWords(hour: number): string {
  if (hour === 0) return 'midnight';
  if (hour === 12) return 'noon';
  return hour < 12 ? `${hour}am` : `${hour - 12}pm`;
}
