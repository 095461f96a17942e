import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Campaign } from '../../../src/contract/campaign.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { type CampaignAction, campaignsApi } from '../campaigns/campaigns-api.ts';
import styles from './campaign-page.module.css';

interface Props {
  readonly campaign: Campaign;
}

/** `confirm`: what is said before the step, where it cannot be taken back or reaches the mail of many. */
interface Step {
  readonly label: string;
  readonly confirm: ((campaign: Campaign) => string) | null;
}

const STEPS: Readonly<Record<CampaignAction, Step>> = {
  launch: {
    label: 'Launch',
    confirm: ({ deal }) =>
      deal === null ? 'From now on its pixel goes into each signature of its audience, and opens count.' : '',
  },
  pause: { label: 'Pause', confirm: null },
  resume: { label: 'Resume', confirm: null },
  complete: {
    label: 'Complete',
    confirm: () => 'Later opens are not counted, and it cannot be started again. Its figures stay.',
  },
  cancel: {
    label: 'Cancel campaign',
    confirm: () => 'Later opens are not counted, and it cannot be started again. What was counted stays.',
  },
};

export function CampaignActions({ campaign }: Props) {
  const [asked, setAsked] = useState<CampaignAction | null>(null);
  const act = useAct(campaign.id);
  const take = (action: CampaignAction) => {
    const needsConfirm = STEPS[action].confirm?.(campaign);
    if (needsConfirm) setAsked(action);
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
          {STEPS[action].label}
        </Button>
      ))}
      <div role="alert" className={act.error ? styles.failure : undefined}>
        {act.error ? `Not done. ${act.error.message}` : ''}
      </div>
      <Confirm
        asked={asked && toAsked(asked, campaign)}
        onDo={() => asked && act.mutate(asked)}
        onClose={() => setAsked(null)}
      />
    </div>
  );
}

function toAsked(action: CampaignAction, campaign: Campaign) {
  const { label, confirm } = STEPS[action];
  return { title: `${label}: ${campaign.name}`, words: confirm?.(campaign) ?? '', doLabel: label };
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
