import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { TrackingSettingsAnswer } from '../../../src/contract/tracking-settings.ts';
import { ApiProblem } from '../../api.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { FoundingSettings } from './founding-settings.tsx';
import { MoreSettings } from './more-settings.tsx';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';

const KEY = ['tracking-settings'];

/** What is recorded, for how long, and who sees it. */
export function TrackingPanel() {
  const words = useWords('settings');
  usePageTitle(words('trackingPage'));
  const settings = useQuery({ queryKey: KEY, queryFn: settingsApi.tracking });
  if (settings.error && !settings.data)
    return <LoadError what={words('theSettings')} error={settings.error} onRetry={() => settings.refetch()} />;
  return (
    <section className={panel.panel} aria-labelledby="tracking-title" aria-busy={!settings.data}>
      <h1 id="tracking-title" className={section.title}>
        {words('panelTitle')}
      </h1>
      {settings.data ? <SettingsForm saved={settings.data} /> : <Placeholder width="100%" height={420} />}
    </section>
  );
}

function SettingsForm({ saved }: { readonly saved: TrackingSettingsAnswer }) {
  const words = useWords('settings');
  const [changes, setChanges] = useState<Partial<TrackingSettingsAnswer>>({});
  const save = useSave();
  const draft = { ...saved, ...changes };
  const isChanged = Object.entries(changes).some(([name, value]) => saved[name as keyof typeof saved] !== value);
  const change = (more: Partial<TrackingSettingsAnswer>) => {
    save.reset();
    setChanges((before) => ({ ...before, ...more }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  const errors = save.error instanceof ApiProblem ? save.error.fields : {};
  return (
    <form className={section.form} style={{ marginTop: 20 }} onSubmit={submit} noValidate>
      <FoundingSettings draft={draft} saved={saved} errors={errors} onChange={change} />
      <MoreSettings draft={draft} errors={errors} onChange={change} />
      <div role="alert">
        {save.error ? <p className={section.failure}>{words('notSaved', { problem: save.error.message })}</p> : null}
      </div>
      <div className={section.buttons}>
        <Button type="submit" size="md" loading={save.isPending}>
          {words('save')}
        </Button>
        <p className={section.note} role="status">
          {toSavedWords(words, save.isSuccess, isChanged)}
        </p>
      </div>
    </form>
  );
}

function toSavedWords(words: Words<'settings'>, isSaved: boolean, isChanged: boolean): string {
  if (isChanged) return words('changedNotSaved');
  return isSaved ? words('savedHolds') : '';
}

/** The screen takes the new settings as saved at once, and takes them back when the server refuses. */
function useSave() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: settingsApi.saveTracking,
    onMutate: async (settings) => {
      await client.cancelQueries({ queryKey: KEY });
      const before = client.getQueryData(KEY);
      client.setQueryData(KEY, settings);
      return before;
    },
    onError: (_error, _settings, before) => client.setQueryData(KEY, before),
    onSuccess: (stored) => {
      client.setQueryData(KEY, stored);
      for (const key of ['my-stats', 'daily', 'signature', 'organization-stats', 'quality', 'opens'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}
