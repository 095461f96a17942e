import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ApiKey } from '../../../src/contract/api-key.ts';
import { ApiProblem } from '../../api.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import table from '../../ui/table.module.css';
import { toDayWords } from '../../ui/to-day-words.ts';
import { toMinuteWords } from '../../ui/to-minute-words.ts';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { OnceShown } from './once-shown.tsx';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';

const KEY = ['keys'];

const SCOPES = [
  { value: 'read:stats', label: 'scopeStats', means: 'scopeStatsMeans' },
  { value: 'read:events', label: 'scopeEvents', means: 'scopeEventsMeans' },
  { value: 'write:campaigns', label: 'scopeCampaigns', means: 'scopeCampaignsMeans' },
  { value: 'write:destinations', label: 'scopeDestinations', means: 'scopeDestinationsMeans' },
  { value: 'admin', label: 'scopeAdmin', means: 'scopeAdminMeans' },
] as const satisfies readonly { value: ApiKey['scopes'][number]; label: string; means: string }[];

/** Keys with which programs speak for the organization. */
export function KeysSection() {
  const words = useWords('settings');
  usePageTitle(words('keys'));
  const keys = useQuery({ queryKey: KEY, queryFn: settingsApi.keys });
  const [made, setMade] = useState<{ name: string; key: string } | null>(null);
  if (keys.error && !keys.data)
    return <LoadError what={words('theKeys')} error={keys.error} onRetry={() => keys.refetch()} />;
  return (
    <>
      <h1 className={section.title}>{words('keys')}</h1>
      <p className={section.lead}>{words.rich('keysLead', { code: (text) => <code>{text}</code> })}</p>
      <section className={panel.panel} aria-labelledby="make-key">
        <h2 id="make-key" className={section.heading}>
          {words('makeKeyTitle')}
        </h2>
        <KeyForm onMade={setMade} />
        {made === null ? null : (
          <OnceShown label={words('theKey', { name: made.name })} text={made.key} copyLabel={words('copyKey')}>
            {words('keyOnce')}
          </OnceShown>
        )}
      </section>
      <section className={`${panel.panel} ${section.block}`} aria-label={words('keysList')} aria-busy={!keys.data}>
        {keys.data ? <KeyTable keys={keys.data.data} /> : <Placeholder width="100%" height={120} />}
      </section>
    </>
  );
}

function KeyForm({ onMade }: { readonly onMade: (made: { name: string; key: string } | null) => void }) {
  const words = useWords('settings');
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>(['read:stats']);
  const make = useMutation({
    mutationFn: () => settingsApi.makeKey({ name, scopes: scopes as ApiKey['scopes'] }),
    onSuccess: (key) => {
      setName('');
      onMade(key);
      void client.invalidateQueries({ queryKey: KEY });
    },
  });
  const errors = make.error instanceof ApiProblem ? make.error.fields : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onMade(null);
    make.mutate();
  };
  return (
    <form className={section.form} onSubmit={submit} noValidate>
      <TextInput
        label={words('keyFor')}
        placeholder={words('keyExample')}
        maxLength={80}
        value={name}
        error={errors.name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox.Group label={words('keyMay')} value={scopes} onChange={setScopes} error={errors.scopes}>
        {SCOPES.map(({ value, label, means }) => (
          <Checkbox key={value} value={value} label={words(label)} description={words(means)} mt={8} />
        ))}
      </Checkbox.Group>
      <div role="alert">
        {make.error && Object.keys(errors).length === 0 ? (
          <p className={section.failure}>{words('notMade', { problem: make.error.message })}</p>
        ) : null}
      </div>
      <div className={section.buttons}>
        <Button type="submit" loading={make.isPending}>
          {words('makeKey')}
        </Button>
      </div>
    </form>
  );
}

function KeyTable({ keys }: { readonly keys: readonly ApiKey[] }) {
  const words = useWords('settings');
  const [asked, setAsked] = useState<ApiKey | null>(null);
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: settingsApi.revokeKey,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  if (keys.length === 0) return <p className={section.note}>{words('noKeys')}</p>;
  return (
    <>
      <div role="alert">
        {revoke.error ? (
          <p className={section.failure}>{words('notRevoked', { problem: revoke.error.message })}</p>
        ) : null}
      </div>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{words('key')}</th>
            <th scope="col">{words('may')}</th>
            <th scope="col">{words('lastUsed')}</th>
            <th scope="col" className={table.actions}>
              {words('state')}
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <th scope="row">
                {key.name}
                <span className={table.small}>{toMadeWords(words, key)}</span>
              </th>
              <td data-label={words('may')}>{key.scopes.join(', ')}</td>
              <td data-label={words('lastUsed')}>
                {key.lastUsedAt === null ? words('never') : toMinuteWords(key.lastUsedAt)}
              </td>
              <td className={table.actions}>
                {key.revokedAt === null ? (
                  <Button size="compact-sm" variant="default" onClick={() => setAsked(key)}>
                    {words('revoke')}
                  </Button>
                ) : (
                  <span className={table.quiet}>{words('revokedOn', { day: toDayWords(key.revokedAt) })}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        asked={asked && toAsked(words, asked)}
        onDo={() => asked && revoke.mutate(asked.id)}
        onClose={() => setAsked(null)}
      />
    </>
  );
}

function toMadeWords(words: Words<'settings'>, { prefix, createdAt, createdBy }: ApiKey): string {
  const made = { prefix, day: toDayWords(createdAt) };
  return createdBy ? words('madeOnBy', { ...made, name: createdBy.name }) : words('madeOn', made);
}

function toAsked(words: Words<'settings'>, { name }: ApiKey) {
  return { title: words('revokeTitle', { name }), words: words('revokeWords'), doLabel: words('revoke') };
}
