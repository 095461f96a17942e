import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useWords } from '../../messages/use-words.ts';
import { copyToClipboard } from '../../ui/copy-to-clipboard.ts';
import { CopyIcon } from '../../ui/icons.tsx';
import styles from './once-shown.module.css';

interface Props {
  /** What the text is, for those who hear the screen. */
  readonly label: string;
  readonly text: string;
  readonly copyLabel: string;
  readonly children: ReactNode;
}

/** A secret that the server tells once: to copy now. */
export function OnceShown({ label, text, copyLabel, children }: Props) {
  const words = useWords('settings');
  const [outcome, setOutcome] = useState<'copied' | 'copyRefused' | null>(null);
  const copy = async () => setOutcome((await copyToClipboard({ html: null, text })) ? 'copied' : 'copyRefused');
  return (
    <div className={styles.once}>
      <p>{children}</p>
      <div className={styles.row}>
        <input
          className={styles.text}
          aria-label={label}
          readOnly
          value={text}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button leftSection={<CopyIcon />} onClick={copy}>
          {copyLabel}
        </Button>
      </div>
      <p role="status">{outcome === null ? '' : words(outcome)}</p>
    </div>
  );
}
