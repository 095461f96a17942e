import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Signature } from '../../../src/contract/signature.ts';
import { useWords } from '../../messages/use-words.ts';
import { copyToClipboard } from '../../ui/copy-to-clipboard.ts';
import { CheckIcon, CopyIcon } from '../../ui/icons.tsx';
import styles from './copy-actions.module.css';

type Outcome = 'none' | 'signature' | 'code' | 'refused';

const NOTICE_MS = 6_000;
const WORDS = { none: 'copyHint', signature: 'copied', code: 'copiedCode', refused: 'copyRefused' } as const;

export function CopyActions({ signature }: { readonly signature: Signature | undefined }) {
  const words = useWords('signature');
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
          {words('copy')}
        </Button>
        <Button size="md" variant="default" onClick={copyCode} disabled={!signature}>
          {words('copyCode')}
        </Button>
      </div>
      <p className={styles.outcome} role="status">
        {words(WORDS[outcome])}
      </p>
      {outcome === 'refused' && signature ? (
        <textarea
          className={styles.code}
          aria-label={words('codeLabel')}
          readOnly
          rows={6}
          value={signature.html}
          onFocus={(event) => event.currentTarget.select()}
        />
      ) : null}
    </div>
  );
}
