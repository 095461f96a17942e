import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Campaign } from '../../../src/contract/campaign.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { type CampaignAction, campaignsApi } from '../campaigns/campaigns-api.ts';
import styles from './campaign-page.module.css';

interface Props {
  readonly campaign: Campaign;
}

export function CampaignActions({ campaign }: Props) {
  const words = useWords('campaign');
  const [asked, setAsked] = useState<CampaignAction | null>(null);
  const act = useAct(campaign.id);
  const take = (action: CampaignAction) => {
    if (toConfirm(action, campaign) !== null) setAsked(action);
    else act.mutate(action);
  };
  return (
    <div className={styles.actions}>
      {campaign.actions.map((action, index) => (
        <Button
          key={action}
          variant={index === 0 && action !== 'pause' ? 'filled' : 'default'}
          loading={act.isPending && act.variables === action}
          onClick={() => take(action)}
        >
          {words(action)}
        </Button>
      ))}
      <div role="alert" className={act.error ? styles.failure : undefined}>
        {act.error ? words('notDone', { reason: act.error.message }) : ''}
      </div>
      <Confirm
        asked={asked && toAsked(asked, campaign, words)}
        onDo={() => asked && act.mutate(asked)}
        onClose={() => setAsked(null)}
      />
    </div>
  );
}

/** What is said before a step that cannot be taken back or reaches the mail of many; null where nothing is. */
function toConfirm(action: CampaignAction, { deal }: Campaign) {
  if (action === 'launch') return deal === null ? 'launchWords' : null;
  if (action === 'complete') return 'completeWords';
  return action === 'cancel' ? 'cancelWords' : null;
}

function toAsked(action: CampaignAction, campaign: Campaign, words: Words<'campaign'>) {
  const key = toConfirm(action, campaign);
  const label = words(action);
  return { title: `${label}: ${campaign.name}`, words: key === null ? '' : words(key), doLabel: label };
}

function useAct(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (action: CampaignAction) => campaignsApi.act(id, action),
    onSuccess: (campaign) => {
      client.setQueryData(['campaign', id], campaign);
      for (const key of ['campaigns', 'signature']) void client.invalidateQueries({ queryKey: [key] });
    },
    // Somebody else may have taken a step meanwhile: what can be done is asked anew.
    onError: () => client.invalidateQueries({ queryKey: ['campaign', id] }),
  });
}
