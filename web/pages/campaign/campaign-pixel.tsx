import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Campaign, CampaignPixels } from '../../../src/contract/campaign.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
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
  const words = useWords('campaign');
  const pixels = useQuery({
    queryKey: ['campaign-pixels', campaign.id],
    queryFn: () => campaignsApi.pixels(campaign.id),
  });
  if (pixels.error && !pixels.data)
    return <LoadError what={words('itsPixel')} error={pixels.error} onRetry={() => pixels.refetch()} />;
  const own = pixels.data?.data.filter((pixel) => pixel.userId === userId);
  return (
    <section className={`${panel.panel} ${styles.pixel}`} aria-labelledby="pixel-title" aria-busy={!pixels.data}>
      <h2 id="pixel-title" className={panel.heading}>
        {words(campaign.deal === null ? 'yourPixel' : 'itsPixel')}
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
  const words = useWords('campaign');
  const isLocal = own.some((pixel) => isLoopback(pixel.url));
  if (own.length === 0) return <p className={panel.quiet}>{toAbsentWords(campaign, total, words)}</p>;
  return (
    <>
      <p className={panel.quiet}>{words(toUse(campaign))}</p>
      {own.map((pixel) => (
        <PixelRow key={pixel.url} pixel={pixel} />
      ))}
      {isLocal ? <p className={panel.small}>{words('loopback')}</p> : null}
    </>
  );
}

function toAbsentWords({ deal }: Campaign, total: number, words: Words<'campaign'>): string {
  if (total === 0) return words('pixelNone');
  if (deal !== null) return words('pixelOthers');
  return words('pixelAudience', { total });
}

function toUse({ deal, status }: Campaign) {
  if (status === 'completed' || status === 'cancelled') return 'useEnded';
  if (status === 'paused') return 'usePaused';
  if (deal !== null) return 'useDeal';
  return status === 'active' ? 'useActive' : 'useDraft';
}

type Outcome = 'none' | 'pixel' | 'code' | 'refused';

const SAID = { pixel: 'copiedPixel', code: 'copiedCode', refused: 'copyRefused' } as const;

function PixelRow({ pixel }: { readonly pixel: Pixel }) {
  const words = useWords('campaign');
  const [outcome, setOutcome] = useState<Outcome>('none');
  const copy = async (html: string | null, done: Outcome) =>
    setOutcome((await copyToClipboard({ html, text: pixel.html })) ? done : 'refused');
  return (
    <div className={styles.pixelRow}>
      {pixel.variant === null ? null : <p className={styles.variant}>{pixel.variant}</p>}
      <div className={styles.buttons}>
        <Button size="md" leftSection={<CopyIcon />} onClick={() => copy(pixel.html, 'pixel')}>
          {words('copyPixel')}
        </Button>
        <Button size="md" variant="default" onClick={() => copy(null, 'code')}>
          {words('copyCode')}
        </Button>
      </div>
      <p className={styles.outcome} role="status">
        {outcome === 'none' ? '' : words(SAID[outcome])}
      </p>
      <textarea
        className={styles.address}
        aria-label={pixel.variant === null ? words('code') : words('codeOf', { variant: pixel.variant })}
        readOnly
        rows={3}
        value={pixel.html}
        onFocus={(event) => event.currentTarget.select()}
      />
    </div>
  );
}
