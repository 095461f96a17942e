import styles from './placeholder.module.css';

/** Holds the room of what is still loading. It shows after 300 ms only: what comes sooner comes without a flicker. */
export function Placeholder({ width, height }: { readonly width: number | string; readonly height: number | string }) {
  return <span className={styles.placeholder} style={{ width, height }} aria-hidden="true" />;
}
