import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useWords } from '../../../messages/use-words.ts';
import { copyToClipboard } from '../../../ui/copy-to-clipboard.ts';
import { CopyIcon } from '../../../ui/icons.tsx';
import panel from '../../../ui/panel.module.css';
import section from '../section.module.css';
import styles from './destinations.module.css';
import { VERIFY_SNIPPETS } from './verify-snippets.ts';

type Language = keyof typeof VERIFY_SNIPPETS;

/** Lines for a receiver to tell our requests from others. */
export function VerifyPanel() {
  const words = useWords('destinations');
  const [language, setLanguage] = useState<Language>('TypeScript');
  const [outcome, setOutcome] = useState<'copied' | 'notCopied' | null>(null);
  const copy = async () => {
    const isCopied = await copyToClipboard({ html: null, text: VERIFY_SNIPPETS[language] });
    setOutcome(isCopied ? 'copied' : 'notCopied');
  };
  return (
    <section className={`${panel.panel} ${section.block}`} aria-labelledby="verify-requests">
      <h2 id="verify-requests" className={section.heading}>
        {words('verifyTitle')}
      </h2>
      <p className={section.note}>{words('verifyLead')}</p>
      <SegmentedControl
        mt={12}
        aria-label={words('verifyTitle')}
        value={language}
        onChange={(value) => {
          setLanguage(value as Language);
          setOutcome(null);
        }}
        data={Object.keys(VERIFY_SNIPPETS)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre className={styles.code} tabIndex={0}>
        {VERIFY_SNIPPETS[language]}
      </pre>
      <div className={section.buttons}>
        <Button variant="default" leftSection={<CopyIcon />} onClick={copy}>
          {words('copyCode')}
        </Button>
        <span role="status" className={styles.lines}>
          {outcome === null ? '' : words(outcome)}
        </span>
      </div>
    </section>
  );
}
