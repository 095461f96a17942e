import { SegmentedControl } from '@mantine/core';
import { useMemo, useRef, useState } from 'react';
import type { Signature } from '../../../src/contract/signature.ts';
import { Placeholder } from '../../ui/placeholder.tsx';
import styles from './mail-preview.module.css';
import { toPreview } from './to-preview.ts';

interface Props {
  readonly signature: Signature | undefined;
  readonly from: string;
}

const HEIGHT_MIN = 236;

/** A mail as its reader sees it, in light and in dark mail. */
export function MailPreview({ signature, from }: Props) {
  const [paper, setPaper] = useState('light');
  return (
    <section className={styles.preview} aria-label="Preview of a mail with your signature">
      <header className={styles.head}>
        <dl className={styles.fields}>
          <div>
            <dt>From</dt>
            <dd>{from}</dd>
          </div>
          <div>
            <dt>Subject</dt>
            <dd>Proposal</dd>
          </div>
        </dl>
        <SegmentedControl
          size="xs"
          aria-label="Colours of the mail"
          value={paper}
          onChange={setPaper}
          data={[
            { value: 'light', label: 'Light mail' },
            { value: 'dark', label: 'Dark mail' },
          ]}
        />
      </header>
      {signature ? <Paper signature={signature} isDark={paper === 'dark'} /> : <Waiting />}
    </section>
  );
}

function Paper({ signature, isDark }: { readonly signature: Signature; readonly isDark: boolean }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(HEIGHT_MIN);
  const page = useMemo(
    () =>
      toPreview(signature.html, [
        signature.pixelUrl ?? '',
        ...signature.campaigns.map((campaign) => campaign.pixelUrl),
      ]),
    [signature],
  );
  const fit = () => setHeight(Math.max(HEIGHT_MIN, frame.current?.contentDocument?.body.scrollHeight ?? 0));
  return (
    <iframe
      ref={frame}
      className={isDark ? styles.paperDark : styles.paper}
      title="Your signature as its reader sees it"
      // No scripts, no navigation; the same origin only so that its height can be read.
      sandbox="allow-same-origin"
      srcDoc={page}
      style={{ height }}
      onLoad={fit}
      tabIndex={-1}
    />
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
