import { Button, Drawer, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Campaign } from '../../../src/contract/campaign.ts';
import { ApiProblem } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { toTimeZones } from '../../ui/to-time-zones.ts';
import { campaignsApi } from '../campaigns/campaigns-api.ts';
import section from '../settings/section.module.css';
import styles from './campaign-page.module.css';
import { EditAudience } from './edit-audience.tsx';
import { EditBanner } from './edit-banner.tsx';
import { type CampaignForm, toCampaignChange, toCampaignForm } from './to-campaign-change.ts';

interface Props {
  readonly campaign: Campaign;
  /** Templates and audiences are an admin's to choose. */
  readonly isAdmin: boolean;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Beside the figures, which stay. */
export function EditCampaign({ campaign, isAdmin, isOpen, onClose }: Props) {
  const words = useWords('campaign');
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      position="right"
      title={words('editTitle', { name: campaign.name })}
      styles={{ content: { background: 'var(--surface)' }, header: { background: 'var(--surface)' } }}
      closeButtonProps={{ 'aria-label': words('close') }}
    >
      <Fields campaign={campaign} isAdmin={isAdmin} onDone={onClose} />
    </Drawer>
  );
}

interface FieldsProps {
  readonly campaign: Campaign;
  readonly isAdmin: boolean;
  readonly onDone: () => void;
}

function Fields({ campaign, isAdmin, onDone }: FieldsProps) {
  const words = useWords('campaign');
  const zone = campaign.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [before] = useState(() => toCampaignForm(campaign, zone));
  const [form, setForm] = useState(before);
  const save = useSave(campaign.id, onDone);
  const errors = save.error instanceof ApiProblem ? save.error.fields : {};
  const set = (change: Partial<CampaignForm>) => setForm({ ...form, ...change });
  const isOver = campaign.status === 'completed' || campaign.status === 'cancelled';
  const hasBegun = isOver || campaign.status === 'active' || campaign.status === 'paused';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(toCampaignChange(before, form));
  };
  return (
    <form className={section.form} onSubmit={submit} noValidate>
      <TextInput
        label={words('name')}
        value={form.name}
        error={errors.name}
        maxLength={120}
        data-autofocus
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Textarea
        label={words('description')}
        value={form.description}
        error={errors.description}
        autosize
        minRows={2}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      {isOver ? null : (
        <>
          <Times form={form} set={set} errors={errors} hasBegun={hasBegun} />
          {campaign.deal === null && isAdmin ? <EditAudience form={form} set={set} error={errors.audience} /> : null}
          {campaign.deal === null ? <EditBanner form={form} set={set} errors={errors} isAdmin={isAdmin} /> : null}
          {campaign.deal === null ? null : <CrmIds form={form} set={set} />}
        </>
      )}
      <div role="alert">
        {save.error ? <p className={section.failure}>{words('notSaved', { reason: save.error.message })}</p> : null}
      </div>
      <Button type="submit" loading={save.isPending}>
        {words('save')}
      </Button>
    </form>
  );
}

export interface PartProps {
  readonly form: CampaignForm;
  readonly set: (change: Partial<CampaignForm>) => void;
}

function Times({
  form,
  set,
  errors,
  hasBegun,
}: PartProps & { readonly errors: Readonly<Record<string, string>>; readonly hasBegun: boolean }) {
  const words = useWords('campaign');
  return (
    <>
      {hasBegun ? null : (
        <TextInput
          type="datetime-local"
          label={words('starts')}
          description={words('startsHint')}
          value={form.startsAt}
          error={errors.startsAt}
          onChange={(event) => set({ startsAt: event.currentTarget.value })}
        />
      )}
      <TextInput
        type="datetime-local"
        label={words('ends')}
        description={words('endsHint')}
        value={form.endsAt}
        error={errors.endsAt}
        onChange={(event) => set({ endsAt: event.currentTarget.value })}
      />
      <NativeSelect
        label={words('zone')}
        value={form.timezone}
        error={errors.timezone}
        disabled={hasBegun}
        data={toTimeZones(form.timezone)}
        onChange={(event) => set({ timezone: event.currentTarget.value })}
      />
    </>
  );
}

const CRM_IDS = ['hubspotDealId', 'hubspotContactId', 'pipedriveDealId', 'pipedrivePersonId'] as const;

function CrmIds({ form, set }: PartProps) {
  const words = useWords('campaign');
  return (
    <fieldset className={styles.group}>
      <legend>{words('deal')}</legend>
      {CRM_IDS.map((field) => (
        <TextInput
          key={field}
          label={words(field)}
          value={form.deal[field] ?? ''}
          maxLength={64}
          onChange={(event) => set({ deal: { ...form.deal, [field]: event.currentTarget.value } })}
        />
      ))}
    </fieldset>
  );
}

function useSave(id: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: ReturnType<typeof toCampaignChange>) => campaignsApi.change(id, change),
    onSuccess: (campaign) => {
      client.setQueryData(['campaign', id], campaign);
      for (const key of ['campaigns', 'signature']) void client.invalidateQueries({ queryKey: [key] });
      void client.invalidateQueries({ queryKey: ['campaign-pixels', id] });
      onDone();
    },
  });
}
