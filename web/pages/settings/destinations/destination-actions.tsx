import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { Destination } from '../../../../src/contract/destination.ts';
import { ApiProblem } from '../../../api.ts';
import { useWords } from '../../../messages/use-words.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { OnceShown } from '../once-shown.tsx';
import section from '../section.module.css';
import { DestinationFields, toDraft, toEntered } from './destination-fields.tsx';
import styles from './destinations.module.css';
import { destinationsApi, LIST_KEY, toOneKey } from './destinations-api.ts';
import { toReasonWords } from './to-reason-words.ts';

interface Props {
  readonly destination: Destination;
}

type Asked = 'rotate' | 'delete' | null;

/** Test, pause, change, new secret, delete. What came of the last of them stands below. */
export function DestinationActions({ destination }: Props) {
  const words = useWords('destinations');
  const [isChanging, setIsChanging] = useState(false);
  const [asked, setAsked] = useState<Asked>(null);
  const { run, secret, done } = useActions(destination, () => setIsChanging(false));
  const { name, state } = destination;
  return (
    <>
      <div className={styles.actions}>
        <Button loading={run.isPending && run.variables === 'test'} onClick={() => run.mutate('test')}>
          {words('sendTest')}
        </Button>
        <Button variant="default" onClick={() => run.mutate(state === 'active' ? 'pause' : 'resume')}>
          {words(state === 'active' ? 'pause' : 'resume')}
        </Button>
        <Button variant="default" aria-expanded={isChanging} onClick={() => setIsChanging(!isChanging)}>
          {words('change')}
        </Button>
        {destination.type === 'webhook' ? (
          <Button variant="default" onClick={() => setAsked('rotate')}>
            {words('rotate')}
          </Button>
        ) : null}
        <Button variant="default" onClick={() => setAsked('delete')}>
          {words('delete')}
        </Button>
      </div>
      {isChanging ? <ChangeForm destination={destination} onDone={() => setIsChanging(false)} /> : null}
      <div role="status" className={styles.outcome}>
        {done === null ? null : <p className={styles.done}>{done}</p>}
      </div>
      <div role="alert" className={styles.outcome}>
        {run.error ? <p className={section.failure}>{words('notDone', { reason: run.error.message })}</p> : null}
      </div>
      {secret === null ? null : (
        <OnceShown label={words('secretOf', { name })} text={secret} copyLabel={words('copySecret')}>
          {words('keepSecret')}
        </OnceShown>
      )}
      <Confirm
        asked={
          asked && {
            title: words(asked === 'rotate' ? 'rotateTitle' : 'deleteTitle', { name }),
            words: words(asked === 'rotate' ? 'rotateWords' : 'deleteWords'),
            doLabel: words(asked),
          }
        }
        onDo={() => asked && run.mutate(asked)}
        onClose={() => setAsked(null)}
      />
    </>
  );
}

type Act = 'test' | 'pause' | 'resume' | 'rotate' | 'delete';

function useActions({ id, name }: Destination, onStart: () => void) {
  const words = useWords('destinations');
  const client = useQueryClient();
  const [, goTo] = useLocation();
  const [secret, setSecret] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const run = useMutation({
    mutationFn: async (act: Act) => {
      setSecret(null);
      setDone(null);
      onStart();
      if (act === 'test') {
        const { state, reason } = await destinationsApi.test(id);
        if (state !== 'delivered') throw new Error(toReasonWords(reason ?? '', words));
        setDone(words('arrived', { name }));
      } else if (act === 'rotate') setSecret((await destinationsApi.rotate(id)).secret);
      else if (act === 'delete') await destinationsApi.remove(id);
      else await destinationsApi[act](id);
    },
    onSuccess: (_nothing, act) => {
      if (act === 'delete') goTo('/settings/destinations');
    },
    onSettled: (_nothing, _error, act) => {
      if (act === 'delete') client.removeQueries({ queryKey: toOneKey(id) });
      return client.invalidateQueries({ queryKey: LIST_KEY });
    },
  });
  return { run, secret, done };
}

function ChangeForm({ destination, onDone }: Props & { readonly onDone: () => void }) {
  const words = useWords('destinations');
  const client = useQueryClient();
  const [entered, setEntered] = useState(() => toEntered(destination));
  const save = useMutation({
    mutationFn: () => destinationsApi.change(destination.id, toDraft(destination.type, entered)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: LIST_KEY });
      onDone();
    },
  });
  const errors = save.error instanceof ApiProblem ? save.error.fields : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className={`${styles.form} ${section.block}`} onSubmit={submit} noValidate>
      <DestinationFields type={destination.type} entered={entered} errors={errors} onChange={setEntered} isChange />
      <div role="alert" className={styles.outcome}>
        {save.error && Object.keys(errors).length === 0 ? (
          <p className={section.failure}>{words('notDone', { reason: save.error.message })}</p>
        ) : null}
      </div>
      <div className={section.buttons}>
        <Button type="submit" loading={save.isPending}>
          {words('save')}
        </Button>
        <Button variant="default" onClick={onDone}>
          {words('leave')}
        </Button>
      </div>
    </form>
  );
}
