import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { ApiProblem } from '../../api.ts';
import panel from '../../ui/panel.module.css';
import { campaignsApi } from './campaigns-api.ts';
import styles from './campaigns-page.module.css';

const NAME_CHARS_MAX = 120;
const MISSING = 'A name that you will know again, such as Acme Corp Proposal';

/** One field and Enter: a deal that is tracked at once, and its page with the pixel to copy. */
export function DealForm() {
  const [name, setName] = useState('');
  const [isMissing, setMissing] = useState(false);
  const track = useTrackDeal();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(name.trim() === '');
    if (name.trim() !== '') track.mutate(name.trim());
  };
  return (
    <form className={`${panel.panel} ${styles.deal}`} onSubmit={submit} noValidate>
      <TextInput
        label="Track a deal"
        placeholder="Acme Corp Proposal"
        size="md"
        value={name}
        maxLength={NAME_CHARS_MAX}
        error={isMissing}
        onChange={(event) => {
          setMissing(false);
          setName(event.currentTarget.value);
        }}
      />
      <Button type="submit" size="md" loading={track.isPending}>
        Track
      </Button>
      <p className={styles.dealNote}>Press Enter, copy its pixel, paste it into the mail with the proposal.</p>
      <div role="alert" className={styles.failure}>
        {isMissing ? MISSING : null}
        {track.error ? `Not made. ${toWords(track.error)}` : ''}
      </div>
    </form>
  );
}

/** Made and launched; when only the launch fails, its page offers it again. */
function useTrackDeal() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: async (name: string) => {
      const draft = await campaignsApi.create({ name, deal: {} });
      return campaignsApi.act(draft.id, 'launch').catch(() => draft);
    },
    onSuccess: (campaign) => {
      client.setQueryData(['campaign', campaign.id], campaign);
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      navigate(`/campaigns/${campaign.id}`);
    },
  });
}

function toWords(error: Error): string {
  return (error instanceof ApiProblem && error.fields.name) || error.message;
}
