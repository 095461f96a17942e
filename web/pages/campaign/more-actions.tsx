import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Campaign } from '../../../src/contract/campaign.ts';
import { useWords } from '../../messages/use-words.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { campaignsApi } from '../campaigns/campaigns-api.ts';
import styles from './campaign-page.module.css';
import { EditCampaign } from './edit-campaign.tsx';

/** Change, copy, delete: what is not a step of its life. */
export function MoreActions({ campaign, isAdmin }: { readonly campaign: Campaign; readonly isAdmin: boolean }) {
  const words = useWords('campaign');
  const [isEditing, setEditing] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const { id, name } = campaign;
  const { duplicate, remove } = useMore(id);
  const removal = useQuery({
    queryKey: ['campaign-removal', id],
    queryFn: () => campaignsApi.removal(id),
    enabled: isAsked,
    staleTime: 0,
  });
  const fault = duplicate.error ?? remove.error ?? removal.error;
  return (
    <div className={styles.more}>
      <Button variant="subtle" size="compact-sm" onClick={() => setEditing(true)}>
        {words('edit')}
      </Button>
      <Button variant="subtle" size="compact-sm" loading={duplicate.isPending} onClick={() => duplicate.mutate()}>
        {words('duplicate')}
      </Button>
      <Button
        variant="subtle"
        size="compact-sm"
        c="var(--error)"
        loading={remove.isPending}
        onClick={() => setAsked(true)}
      >
        {words('remove')}
      </Button>
      <p role="alert" className={styles.failure}>
        {fault ? words('notDone', { reason: fault.message }) : ''}
      </p>
      <EditCampaign campaign={campaign} isAdmin={isAdmin} isOpen={isEditing} onClose={() => setEditing(false)} />
      <Confirm
        asked={
          isAsked && removal.data
            ? {
                title: words('removeTitle', { name }),
                words: words('removeWords', removal.data),
                doLabel: words('remove'),
              }
            : null
        }
        onDo={() => remove.mutate()}
        onClose={() => setAsked(false)}
      />
    </div>
  );
}

function useMore(id: string) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const forget = () => {
    for (const key of ['campaigns', 'signature']) void client.invalidateQueries({ queryKey: [key] });
  };
  const duplicate = useMutation({
    mutationFn: () => campaignsApi.duplicate(id),
    onSuccess: (copy) => {
      client.setQueryData(['campaign', copy.id], copy);
      forget();
      navigate(`/campaigns/${copy.id}`);
    },
  });
  const remove = useMutation({
    mutationFn: () => campaignsApi.remove(id),
    onSuccess: () => {
      forget();
      navigate('/campaigns');
    },
  });
  return { duplicate, remove };
}
