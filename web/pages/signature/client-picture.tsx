import type { ReactNode } from 'react';
import styles from './client-picture.module.css';

export type PictureKind = 'page' | 'panel' | 'dialog' | 'columns' | 'code';

interface Props {
  readonly kind: PictureKind;
  readonly alt: string;
}

/** The settings of a mail program in outline: grey what is there, in colour where the signature goes. */
export function ClientPicture({ kind, alt }: Props) {
  return (
    <svg className={styles.picture} viewBox="0 0 240 120" role="img" aria-label={alt}>
      <rect className={styles.window} x="0.5" y="0.5" width="239" height="119" rx="6" />
      {OUTLINES[kind]}
    </svg>
  );
}

const bar = (x: number, y: number, width: number, height = 5) => (
  <rect key={`${x} ${y}`} className={styles.bar} x={x} y={y} width={width} height={height} rx="2" />
);

/** The box that the signature is pasted into: three lines of it. */
const target = (x: number, y: number, width: number, height: number) => (
  <g key="target">
    <rect className={styles.target} x={x} y={y} width={width} height={height} rx="4" />
    <rect className={styles.stroke} x={x + 8} y={y + 8} width="2" height={Math.min(26, height - 14)} />
    {[44, 60, 52].map((length, line) => (
      <rect key={length} className={styles.line} x={x + 14} y={y + 9 + line * 9} width={length} height="4" rx="2" />
    ))}
  </g>
);

const OUTLINES: Readonly<Record<PictureKind, ReactNode>> = {
  // One long page with tabs on top and a button at its foot.
  page: [
    bar(12, 10, 46, 8),
    bar(12, 28, 32),
    bar(50, 28, 32),
    bar(88, 28, 32),
    bar(12, 50, 40),
    target(70, 44, 156, 44),
    button(12, 100),
  ],
  // A list at the left, its choices beside it, the form at the right.
  panel: [
    bar(12, 12, 34),
    bar(12, 26, 34),
    bar(12, 40, 34),
    bar(60, 12, 40),
    bar(60, 26, 40),
    bar(116, 12, 60),
    target(116, 28, 110, 56),
    button(192, 98),
  ],
  // A window of its own: names on top, the text below, defaults at the right.
  dialog: [
    bar(12, 10, 60, 8),
    bar(12, 28, 90, 18),
    bar(134, 28, 90),
    bar(134, 40, 70),
    target(12, 54, 214, 44),
    button(192, 104),
  ],
  // Three columns: accounts, signatures, the text.
  columns: [
    bar(12, 12, 50),
    bar(12, 24, 50),
    bar(12, 36, 50),
    bar(76, 12, 40),
    bar(76, 24, 40),
    target(130, 12, 96, 92),
  ],
  // A form with a box to tick above the text.
  code: [
    bar(12, 12, 30),
    bar(12, 26, 44),
    bar(12, 40, 36),
    bar(72, 14, 70),
    <rect key="box" className={styles.target} x="72" y="26" width="9" height="9" rx="2" />,
    bar(86, 28, 50),
    target(72, 44, 154, 58),
  ],
};

function button(x: number, y: number) {
  return <rect key="button" className={styles.button} x={x} y={y} width="34" height="11" rx="3" />;
}
