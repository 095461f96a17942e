import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Signature } from '../../../src/contract/signature.ts';
import { copyToClipboard } from '../../ui/copy-to-clipboard.ts';
import { CheckIcon, CopyIcon } from '../../ui/icons.tsx';
import styles from './copy-actions.module.css';

type Outcome = 'none' | 'signature' | 'code' | 'refused';

const NOTICE_MS = 6_000;
const WORDS: Readonly<Record<Outcome, string>> = {
  none: 'Copies formatted text. Where a mail program asks for code, take the HTML.',
  signature: 'Copied. Paste it into the signature settings of your mail program.',
  code: 'The HTML code is copied.',
  refused: 'Your browser refused to copy. Select all of the code below and copy it yourself.',
};

export function CopyActions({ signature }: { readonly signature: Signature | undefined }) {
  const [outcome, setOutcome] = useState<Outcome>('none');
  const timer = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const show = (next: Outcome) => {
    setOutcome(next);
    window.clearTimeout(timer.current);
    if (next !== 'refused') timer.current = window.setTimeout(() => setOutcome('none'), NOTICE_MS);
  };
  const copySignature = async () => {
    if (signature) show((await copyToClipboard(signature)) ? 'signature' : 'refused');
  };
  const copyCode = async () => {
    if (signature) show((await copyToClipboard({ html: null, text: signature.html })) ? 'code' : 'refused');
  };
  return (
    <div className={styles.actions}>
      <div className={styles.buttons}>
        <Button
          size="md"
          leftSection={outcome === 'signature' ? <CheckIcon /> : <CopyIcon />}
          onClick={copySignature}
          disabled={!signature}
        >
          Copy signature
        </Button>
        <Button size="md" variant="default" onClick={copyCode} disabled={!signature}>
          Copy HTML code
        </Button>
      </div>
      <p className={styles.outcome} role="status">
        {WORDS[outcome]}
      </p>
      {outcome === 'refused' && signature ? (
        <textarea
          className={styles.code}
          aria-label="HTML code of your signature"
          readOnly
          rows={6}
          value={signature.html}
          onFocus={(event) => event.currentTarget.select()}
        />
      ) : null}
    </div>
  );
}
