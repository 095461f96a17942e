import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { ApiProblem } from '../../../api.ts';
import { useWords } from '../../../messages/use-words.ts';
import panel from '../../../ui/panel.module.css';
import { OnceShown } from '../once-shown.tsx';
import section from '../section.module.css';
import { DestinationFields, type Entered, toDraft } from './destination-fields.tsx';
import styles from './destinations.module.css';
import { type DestinationType, destinationsApi, LIST_KEY } from './destinations-api.ts';
import { findKind, HUBSPOT_SCOPES, KINDS } from './kinds.ts';
import { toReasonWords } from './to-reason-words.ts';

interface Props {
  readonly isFirst: boolean;
  readonly onAdded: () => void;
}

interface Added {
  readonly id: string;
  readonly name: string;
  /** Of a webhook. */
  readonly secret: string | null;
  /** Null: the test arrived. */
  readonly failure: string | null;
}

/** Kind, credential, a name; then a real message goes out and what came of it is said. */
export function AddDestination({ isFirst, onAdded }: Props) {
  const words = useWords('destinations');
  const [type, setType] = useState<DestinationType>(KINDS[0].type);
  const [entered, setEntered] = useState<Entered>({ name: '', credential: '', what: 'signals' });
  const { added, add } = useAdd({ type, entered }, () => {
    setEntered({ ...entered, name: '', credential: '' });
    onAdded();
  });
  const errors = add.error instanceof ApiProblem ? add.error.fields : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <section className={panel.panel} aria-labelledby="add-destination">
      <h2 id="add-destination" className={section.heading}>
        {words('add')}
      </h2>
      {isFirst ? <p className={section.lead}>{words('none')}</p> : null}
      <form className={styles.form} onSubmit={submit} noValidate>
        <KindPicker type={type} onChange={setType} />
        <p className={styles.how}>{words(findKind(type).how, { scopes: HUBSPOT_SCOPES })}</p>
        <DestinationFields type={type} entered={entered} errors={errors} onChange={setEntered} />
        <div role="alert" className={styles.outcome}>
          {add.error && Object.keys(errors).length === 0 ? (
            <p className={section.failure}>{words('notAdded', { reason: add.error.message })}</p>
          ) : null}
        </div>
        <div className={section.buttons}>
          <Button type="submit" loading={add.isPending}>
            {words('addAndTest')}
          </Button>
        </div>
      </form>
      <div role="status" className={styles.outcome}>
        {added === null ? null : <Outcome added={added} />}
      </div>
      {added?.secret ? (
        <OnceShown label={words('secretOf', { name: added.name })} text={added.secret} copyLabel={words('copySecret')}>
          {words('keepSecret')}
        </OnceShown>
      ) : null}
    </section>
  );
}

/** Two requests: the destination stays also when its test does not arrive, and can be mended on its page. */
function useAdd({ type, entered }: { type: DestinationType; entered: Entered }, onDone: () => void) {
  const words = useWords('destinations');
  const client = useQueryClient();
  const [added, setAdded] = useState<Added | null>(null);
  const name = entered.name.trim() === '' ? words(findKind(type).name) : entered.name;
  const add = useMutation({
    mutationFn: async (): Promise<Added> => {
      setAdded(null);
      const { id, secret } = await destinationsApi.create({ ...toDraft(type, { ...entered, name }), type });
      const failure = await destinationsApi.test(id).then(
        ({ state, reason }) => (state === 'delivered' ? null : toReasonWords(reason ?? '', words)),
        (error: Error) => error.message,
      );
      return { id, name, secret, failure };
    },
    onSuccess: (done) => {
      setAdded(done);
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: LIST_KEY }),
  });
  return { added, add };
}

function Outcome({ added: { id, name, failure } }: { readonly added: Added }) {
  const words = useWords('destinations');
  return (
    <p className={failure === null ? styles.done : section.failure}>
      {failure === null ? words('arrived', { name }) : words('notArrived', { reason: failure })}{' '}
      <Link href={`/settings/destinations/${id}`}>{words('openIt', { name })}</Link>
    </p>
  );
}

interface PickerProps {
  readonly type: DestinationType;
  readonly onChange: (type: DestinationType) => void;
}

function KindPicker({ type, onChange }: PickerProps) {
  const words = useWords('destinations');
  return (
    <fieldset className={styles.kinds}>
      <legend>{words('kind')}</legend>
      {KINDS.map((kind) => (
        <label key={kind.type} className={styles.kind}>
          <input
            type="radio"
            name="kind"
            value={kind.type}
            checked={kind.type === type}
            onChange={() => onChange(kind.type)}
          />
          <span>
            <span className={styles.kindName}>{words(kind.name)}</span>
            <span className={styles.about}>{words(kind.about)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
