import { Button, NativeSelect, Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiProblem } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { MutedList } from './muted-list.tsx';
import styles from './notifications-section.module.css';
import section from './section.module.css';
import { type Attention, signalsApi } from './signals-api.ts';

const KEY = ['attention'];
/** What the fields show first when quiet hours or a digest are switched on. */
const NIGHT = { from: '18:00', to: '08:00' };
const MORNING = '08:00';

/** When and of what I hear: the noise of signals is mine to choose. */
export function NotificationsSection() {
  const words = useWords('signals');
  usePageTitle(words('notifications'));
  const attention = useQuery({ queryKey: KEY, queryFn: signalsApi.attention });
  if (attention.error && !attention.data)
    return <LoadError what={words('theNotifications')} error={attention.error} onRetry={() => attention.refetch()} />;
  return (
    <>
      <h1 className={section.title}>{words('notifications')}</h1>
      <p className={section.lead}>{words('notificationsLead')}</p>
      <section className={panel.panel} aria-label={words('whenTitle')} aria-busy={!attention.data}>
        {attention.data ? <AttentionForm saved={attention.data} /> : <Placeholder width="100%" height={300} />}
      </section>
      <MutedList />
    </>
  );
}

function AttentionForm({ saved }: { readonly saved: Attention }) {
  const words = useWords('signals');
  const client = useQueryClient();
  const [draft, setDraft] = useState<Attention>(saved);
  const save = useMutation({
    mutationFn: () => {
      const { quietHours, minimumLevel, digestAt } = draft;
      return signalsApi.saveAttention({ quietHours, minimumLevel, digestAt });
    },
    onSuccess: (stored) => client.setQueryData(KEY, stored),
  });
  const change = (more: Partial<Attention>) => {
    save.reset();
    setDraft((before) => ({ ...before, ...more }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const errors = save.error instanceof ApiProblem ? save.error.fields : {};
  return (
    <form className={section.form} onSubmit={submit} noValidate>
      <QuietHours draft={draft} errors={errors} onChange={change} />
      <NativeSelect
        label={words('minimumLevel')}
        description={words('minimumLevelMeans')}
        value={draft.minimumLevel}
        error={errors.minimumLevel}
        onChange={(event) => change({ minimumLevel: event.currentTarget.value === 'hot' ? 'hot' : 'warm' })}
        data={[
          { value: 'warm', label: words('levelWarm') },
          { value: 'hot', label: words('levelHot') },
        ]}
      />
      <Digest draft={draft} errors={errors} onChange={change} />
      <div role="alert">
        {save.error ? <p className={section.failure}>{words('notSaved', { reason: save.error.message })}</p> : null}
      </div>
      <div className={section.buttons}>
        <Button type="submit" loading={save.isPending}>
          {words('save')}
        </Button>
        <span role="status">{save.isSuccess ? words('saved') : ''}</span>
      </div>
    </form>
  );
}

interface PartProps {
  readonly draft: Attention;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (more: Partial<Attention>) => void;
}

function QuietHours({ draft: { quietHours, timezone }, errors, onChange }: PartProps) {
  const words = useWords('signals');
  return (
    <div className={styles.choice}>
      <Switch
        label={words('quietHours')}
        description={words('quietHoursMeans', { zone: timezone })}
        checked={quietHours !== null}
        onChange={(event) => onChange({ quietHours: event.currentTarget.checked ? NIGHT : null })}
      />
      {quietHours === null ? null : (
        <div className={styles.times}>
          <TextInput
            type="time"
            label={words('from')}
            value={quietHours.from}
            error={errors['quietHours.from']}
            onChange={(event) => onChange({ quietHours: { ...quietHours, from: event.currentTarget.value } })}
          />
          <TextInput
            type="time"
            label={words('to')}
            value={quietHours.to}
            error={errors['quietHours.to']}
            onChange={(event) => onChange({ quietHours: { ...quietHours, to: event.currentTarget.value } })}
          />
        </div>
      )}
    </div>
  );
}

function Digest({ draft: { digestAt, hasMail }, errors, onChange }: PartProps) {
  const words = useWords('signals');
  return (
    <div className={styles.choice}>
      <Switch
        label={words('digest')}
        description={words(hasMail ? 'digestMailed' : 'digestShown')}
        checked={digestAt !== null}
        onChange={(event) => onChange({ digestAt: event.currentTarget.checked ? MORNING : null })}
      />
      {digestAt === null ? null : (
        <div className={styles.times}>
          <TextInput
            type="time"
            label={words('digestAt')}
            value={digestAt}
            error={errors.digestAt}
            onChange={(event) => onChange({ digestAt: event.currentTarget.value })}
          />
        </div>
      )}
    </div>
  );
}
