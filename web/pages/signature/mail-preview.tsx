import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useWords } from '../../messages/use-words.ts';
import { Placeholder } from '../../ui/placeholder.tsx';
import styles from './mail-preview.module.css';
import { SignatureFrame } from './signature-frame.tsx';

interface Props {
  /** Undefined while it is not known. */
  readonly signature: { readonly html: string } | undefined;
  readonly from: string;
}

/** A mail as its reader sees it, in light and in dark mail. */
export function MailPreview({ signature, from }: Props) {
  const words = useWords('signature');
  const [paper, setPaper] = useState('light');
  const lines = useMemo(() => [words('greeting'), words('sample'), words('closing')], [words]);
  return (
    <section className={styles.preview} aria-label={words('previewLabel')}>
      <header className={styles.head}>
        <dl className={styles.fields}>
          <div>
            <dt>{words('from')}</dt>
            <dd>{from}</dd>
          </div>
          <div>
            <dt>{words('subject')}</dt>
            <dd>{words('subjectSample')}</dd>
          </div>
        </dl>
        <SegmentedControl
          size="xs"
          aria-label={words('paper')}
          value={paper}
          onChange={setPaper}
          data={[
            { value: 'light', label: words('paperLight') },
            { value: 'dark', label: words('paperDark') },
          ]}
        />
      </header>
      {signature ? (
        <SignatureFrame title={words('previewFrame')} html={signature.html} lines={lines} isDark={paper === 'dark'} />
      ) : (
        <Waiting />
      )}
    </section>
  );
}

function Waiting() {
  return (
    <div className={styles.waiting}>
      <Placeholder width="60%" height={16} />
      <Placeholder width="40%" height={16} />
      <Placeholder width="50%" height={16} />
    </div>
  );
}
