import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
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

const WORDS = { none: '', copied: 'Copied.', refused: 'Your browser refused to copy. Select it and copy it yourself.' };

/** A secret that the server tells once: to copy now. */
export function OnceShown({ label, text, copyLabel, children }: Props) {
  const [outcome, setOutcome] = useState<keyof typeof WORDS>('none');
  const copy = async () => setOutcome((await copyToClipboard({ html: null, text })) ? 'copied' : 'refused');
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
      <p role="status">{WORDS[outcome]}</p>
    </div>
  );
}
