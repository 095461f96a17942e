import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Campaign, CampaignPixels } from '../../../src/contract/campaign.ts';
import { copyToClipboard } from '../../ui/copy-to-clipboard.ts';
import { CopyIcon } from '../../ui/icons.tsx';
import { isLoopback } from '../../ui/is-loopback.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { campaignsApi } from '../campaigns/campaigns-api.ts';
import styles from './campaign-page.module.css';

type Pixel = CampaignPixels['data'][number];

interface Props {
  readonly campaign: Campaign;
  readonly userId: string | null;
}

/** The person's own pixel of the campaign, to paste into a mail. In signatures it stands by itself. */
export function CampaignPixel({ campaign, userId }: Props) {
  const pixels = useQuery({
    queryKey: ['campaign-pixels', campaign.id],
    queryFn: () => campaignsApi.pixels(campaign.id),
  });
  if (pixels.error && !pixels.data)
    return <LoadError what="Its pixel" error={pixels.error} onRetry={() => pixels.refetch()} />;
  const own = pixels.data?.data.filter((pixel) => pixel.userId === userId);
  return (
    <section className={`${panel.panel} ${styles.pixel}`} aria-labelledby="pixel-title" aria-busy={!pixels.data}>
      <h2 id="pixel-title" className={panel.heading}>
        {campaign.deal === null ? 'Your pixel of it' : 'Its pixel'}
      </h2>
      {own ? (
        <Pixels campaign={campaign} own={own} total={pixels.data?.data.length ?? 0} />
      ) : (
        <Placeholder width="100%" height={120} />
      )}
    </section>
  );
}

function Pixels({ campaign, own, total }: { campaign: Campaign; own: readonly Pixel[]; total: number }) {
  const isLocal = own.some((pixel) => isLoopback(pixel.url));
  if (own.length === 0) return <p className={panel.quiet}>{toAbsentWords(campaign, total)}</p>;
  return (
    <>
      <p className={panel.quiet}>{toUseWords(campaign)}</p>
      {own.map((pixel) => (
        <PixelRow key={pixel.url} pixel={pixel} />
      ))}
      {isLocal ? (
        <p className={panel.small}>
          It points at this machine: good for a trial here, but readers elsewhere cannot load it. Whoever runs
          MailTracker sets PUBLIC_URL.
        </p>
      ) : null}
    </>
  );
}

function toAbsentWords({ deal }: Campaign, total: number): string {
  if (total === 0) return 'None yet: they are made when it is launched.';
  if (deal !== null) return 'It belongs to the member whose deal it is: only they paste it into their mail.';
  return `It stands in the signatures of its audience (${total === 1 ? '1 pixel' : `${total} pixels`}); none of them is yours.`;
}

function toUseWords({ deal, status }: Campaign): string {
  if (status === 'completed' || status === 'cancelled')
    return 'It has ended: the pixel still answers, and nothing is counted.';
  if (status === 'paused') return 'Paused: the pixel still answers, and nothing is counted until it is resumed.';
  if (deal !== null)
    return 'Paste it at the end of the mail with the proposal. It is invisible, and counts that one mail.';
  return status === 'active'
    ? 'It is in your signature already. Paste it by hand only where your signature is not.'
    : 'Once launched it stands in your signature by itself.';
}

type Outcome = 'none' | 'pixel' | 'code' | 'refused';

const WORDS: Readonly<Record<Outcome, string>> = {
  none: '',
  pixel: 'Copied. Paste it into your mail; nothing shows, and that is right.',
  code: 'The HTML code is copied.',
  refused: 'Your browser refused to copy. Select the code and copy it yourself.',
};

function PixelRow({ pixel }: { readonly pixel: Pixel }) {
  const [outcome, setOutcome] = useState<Outcome>('none');
  const copy = async (html: string | null, done: Outcome) =>
    setOutcome((await copyToClipboard({ html, text: pixel.html })) ? done : 'refused');
  return (
    <div className={styles.pixelRow}>
      {pixel.variant === null ? null : <p className={styles.variant}>{pixel.variant}</p>}
      <div className={styles.buttons}>
        <Button size="md" leftSection={<CopyIcon />} onClick={() => copy(pixel.html, 'pixel')}>
          Copy pixel
        </Button>
        <Button size="md" variant="default" onClick={() => copy(null, 'code')}>
          Copy HTML code
        </Button>
      </div>
      <p className={styles.outcome} role="status">
        {WORDS[outcome]}
      </p>
      <textarea
        className={styles.address}
        aria-label={pixel.variant === null ? 'HTML code of the pixel' : `HTML code of the pixel, ${pixel.variant}`}
        readOnly
        rows={3}
        value={pixel.html}
        onFocus={(event) => event.currentTarget.select()}
      />
    </div>
  );
}
