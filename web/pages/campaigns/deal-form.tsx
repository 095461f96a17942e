import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { ApiProblem } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import { campaignsApi } from './campaigns-api.ts';
import styles from './campaigns-page.module.css';

const NAME_CHARS_MAX = 120;
const PALETTE_CLOSES_MS = 100;

/** One field and Enter: a deal that is tracked at once, and its page with the pixel to copy. */
export function DealForm() {
  const words = useWords('campaigns');
  const field = useAskedField();
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
        ref={field}
        label={words('dealLabel')}
        placeholder={words('dealExample')}
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
        {words('dealDo')}
      </Button>
      <p className={styles.dealNote}>{words('dealNote')}</p>
      <div role="alert" className={styles.failure}>
        {isMissing ? words('dealMissing') : null}
        {track.error ? words('notMade', { reason: toReason(track.error) }) : ''}
      </div>
    </form>
  );
}

/** The field has the cursor where the address asks for a new deal, which it then forgets. */
function useAskedField() {
  const field = useRef<HTMLInputElement>(null);
  const [search, setSearch] = useSearchParams();
  const isAsked = search.get('new') === 'deal';
  useEffect(() => {
    if (!isAsked) return;
    // The palette that leads here gives the focus back while it closes: the field takes it after that.
    const timer = setTimeout(() => {
      field.current?.focus();
      setSearch({}, { replace: true });
    }, PALETTE_CLOSES_MS);
    return () => clearTimeout(timer);
  }, [isAsked, setSearch]);
  return field;
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

function toReason(error: Error): string {
  return (error instanceof ApiProblem && error.fields.name) || error.message;
}
