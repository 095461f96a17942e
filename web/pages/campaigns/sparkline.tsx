import styles from './campaigns-page.module.css';

const BAR = 3;
const GAP = 1;
const HEIGHT = 20;

/** One bar a day, as high as its share of the most; a day without opens leaves a gap. */
export function Sparkline({ counts, label }: { readonly counts: readonly number[]; readonly label: string }) {
  const most = Math.max(1, ...counts);
  const width = counts.length * (BAR + GAP) - GAP;
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <path d={`M0 ${HEIGHT - 0.5}H${width}`} className={styles.sparkBase} />
      {counts.map((count, day) => {
        const height = count === 0 ? 0 : Math.max(2, Math.round((count / most) * HEIGHT));
        // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place.
        return <rect key={day} x={day * (BAR + GAP)} y={HEIGHT - height} width={BAR} height={height} rx={0.5} />;
      })}
    </svg>
  );
}
