import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ApiKey } from '../../../src/contract/api-key.ts';
import { ApiProblem } from '../../api.ts';
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

const SCOPES: readonly { value: ApiKey['scopes'][number]; label: string; means: string }[] = [
  { value: 'read:stats', label: 'Read figures', means: 'engagement, campaigns, signal quality' },
  { value: 'read:events', label: 'Read opens', means: 'each judged open, without anything of the reader' },
  { value: 'write:campaigns', label: 'Run campaigns', means: 'make, launch, pause and end them' },
  { value: 'write:destinations', label: 'Manage destinations', means: 'where signals are sent' },
  { value: 'admin', label: 'Everything an admin may', means: 'settings and people too' },
];

/** Keys with which programs speak for the organization. */
export function KeysSection() {
  usePageTitle('API keys');
  const keys = useQuery({ queryKey: KEY, queryFn: settingsApi.keys });
  const [made, setMade] = useState<{ name: string; key: string } | null>(null);
  if (keys.error && !keys.data) return <LoadError what="The keys" error={keys.error} onRetry={() => keys.refetch()} />;
  return (
    <>
      <h1 className={section.title}>API keys</h1>
      <p className={section.lead}>
        A program sends one as <code>Authorization: Bearer …</code> and acts for the organization, within its scopes.
      </p>
      <section className={panel.panel} aria-labelledby="make-key">
        <h2 id="make-key" className={section.heading}>
          Make a key
        </h2>
        <KeyForm onMade={setMade} />
        {made === null ? null : (
          <OnceShown label={`The key ${made.name}`} text={made.key} copyLabel="Copy key">
            Keep it now: it is shown this once, and only its hash is stored.
          </OnceShown>
        )}
      </section>
      <section className={`${panel.panel} ${section.block}`} aria-label="Keys" aria-busy={!keys.data}>
        {keys.data ? <KeyTable keys={keys.data.data} /> : <Placeholder width="100%" height={120} />}
      </section>
    </>
  );
}

function KeyForm({ onMade }: { readonly onMade: (made: { name: string; key: string } | null) => void }) {
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
        label="What it is for"
        placeholder="CRM sync"
        maxLength={80}
        value={name}
        error={errors.name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox.Group label="What it may do" value={scopes} onChange={setScopes} error={errors.scopes}>
        {SCOPES.map(({ value, label, means }) => (
          <Checkbox key={value} value={value} label={label} description={means} mt={8} />
        ))}
      </Checkbox.Group>
      <div role="alert">
        {make.error && Object.keys(errors).length === 0 ? (
          <p className={section.failure}>Not made. {make.error.message}</p>
        ) : null}
      </div>
      <div className={section.buttons}>
        <Button type="submit" loading={make.isPending}>
          Make key
        </Button>
      </div>
    </form>
  );
}

function KeyTable({ keys }: { readonly keys: readonly ApiKey[] }) {
  const [asked, setAsked] = useState<ApiKey | null>(null);
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: settingsApi.revokeKey,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  if (keys.length === 0)
    return <p className={section.note}>No key yet: nothing outside speaks for the organization.</p>;
  return (
    <>
      <div role="alert">
        {revoke.error ? <p className={section.failure}>Not revoked. {revoke.error.message}</p> : null}
      </div>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">May</th>
            <th scope="col">Last used</th>
            <th scope="col" className={table.actions}>
              State
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <th scope="row">
                {key.name}
                <span className={table.small}>
                  {key.prefix}… made {toDayWords(key.createdAt)}
                  {key.createdBy ? ` by ${key.createdBy.name}` : ''}
                </span>
              </th>
              <td data-label="May">{key.scopes.join(', ')}</td>
              <td data-label="Last used">{key.lastUsedAt === null ? 'never' : toMinuteWords(key.lastUsedAt)}</td>
              <td className={table.actions}>
                {key.revokedAt === null ? (
                  <Button size="compact-sm" variant="default" onClick={() => setAsked(key)}>
                    Revoke
                  </Button>
                ) : (
                  <span className={table.quiet}>revoked {toDayWords(key.revokedAt)}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        asked={asked && toAsked(asked)}
        onDo={() => asked && revoke.mutate(asked.id)}
        onClose={() => setAsked(null)}
      />
    </>
  );
}

function toAsked({ name }: ApiKey) {
  return {
    title: `Revoke ${name}`,
    words: 'Programs that use this key are refused within two seconds. It cannot be brought back.',
    doLabel: 'Revoke',
  };
}
