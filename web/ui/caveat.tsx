import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './caveat.module.css';

interface Props {
  readonly children: ReactNode;
  /** What limits the words it stands on; read by hover, focus or touch. */
  readonly caveat: string;
}

export function Caveat({ children, caveat }: Props) {
  return (
    <Tooltip
      label={caveat}
      multiline
      maw={280}
      withArrow
      position="bottom"
      events={{ hover: true, focus: true, touch: true }}
    >
      <button type="button" className={styles.caveat}>
        {children}
      </button>
    </Tooltip>
  );
}
