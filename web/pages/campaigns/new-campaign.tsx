import { Button, Checkbox, Drawer, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { CreateCampaign } from '../../../src/contract/campaign.ts';
import { ApiProblem } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import section from '../settings/section.module.css';
import { settingsApi } from '../settings/settings-api.ts';
import { campaignsApi } from './campaigns-api.ts';

interface Props {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** A campaign in the signatures of many: a draft first, so that nothing starts by accident. */
export function NewCampaign({ isOpen, onClose }: Props) {
  const words = useWords('campaigns');
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      position="right"
      title={words('newTeam')}
      styles={{ content: { background: 'var(--surface)' }, header: { background: 'var(--surface)' } }}
      closeButtonProps={{ 'aria-label': words('close') }}
    >
      <CampaignForm />
    </Drawer>
  );
}

function CampaignForm() {
  const words = useWords('campaigns');
  const [audience, setAudience] = useState('everyone');
  const departments = useQuery({ queryKey: ['departments'], queryFn: settingsApi.departments });
  const make = useMakeDraft();
  const errors = make.error instanceof ApiProblem ? make.error.fields : {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    make.mutate(toDraft(new FormData(event.currentTarget)));
  };
  return (
    <form className={section.form} onSubmit={submit} noValidate>
      <TextInput
        name="name"
        label={words('name')}
        placeholder={words('nameExample')}
        error={errors.name}
        maxLength={120}
        data-autofocus
      />
      <NativeSelect
        name="audience"
        label={words('audience')}
        value={audience}
        error={errors.audience}
        onChange={(event) => setAudience(event.currentTarget.value)}
        data={[
          { value: 'everyone', label: words('kindEveryone') },
          { value: 'departments', label: words('kindDepartments') },
        ]}
      />
      {audience === 'departments' ? (
        <Checkbox.Group label={words('kindDepartments')}>
          {departments.data?.data.map(({ id, name }) => (
            <Checkbox key={id} name="departmentIds" value={id} label={name} mt={8} />
          ))}
        </Checkbox.Group>
      ) : null}
      <Textarea
        name="variants"
        label={words('variants')}
        description={words('variantsHint')}
        rows={3}
        error={errors.variants}
      />
      <div role="alert">
        {make.error ? <p className={section.failure}>{words('notMade', { reason: make.error.message })}</p> : null}
      </div>
      <Button type="submit" loading={make.isPending}>
        {words('makeDraft')}
      </Button>
    </form>
  );
}

function toDraft(form: FormData): CreateCampaign {
  const departmentIds = form.getAll('departmentIds').map(String);
  const labels = `${form.get('variants') ?? ''}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return {
    name: `${form.get('name') ?? ''}`,
    audience: form.get('audience') === 'departments' ? { departmentIds } : { everyone: true },
    ...(labels.length > 0 ? { variants: labels.map((label) => ({ label })) } : {}),
  };
}

function useMakeDraft() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: campaignsApi.create,
    onSuccess: (campaign) => {
      client.setQueryData(['campaign', campaign.id], campaign);
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      navigate(`/campaigns/${campaign.id}`);
    },
  });
}
