import { NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import type { Destination } from '../../../../src/contract/destination.ts';
import { useWords } from '../../../messages/use-words.ts';
import styles from './destinations.module.css';
import type { DestinationDraft, DestinationType } from './destinations-api.ts';
import { findKind } from './kinds.ts';

export interface Entered {
  readonly name: string;
  /** Address or token, by kind; empty leaves the stored one. */
  readonly credential: string;
  readonly what: 'hot' | 'signals' | 'everything';
}

interface Props {
  readonly type: DestinationType;
  readonly entered: Entered;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (entered: Entered) => void;
  /** True: there is one already, and its credential stays where none is entered. */
  readonly isChange?: boolean;
}

/** Credential, name and what is sent. A credential is typed as a password is: nobody reads it over a shoulder. */
export function DestinationFields({ type, entered, errors, onChange, isChange = false }: Props) {
  const words = useWords('destinations');
  const { asks, example, name } = findKind(type);
  const credential = {
    placeholder: example,
    value: entered.credential,
    error: errors[asks],
    description: isChange ? words('keepCredential') : undefined,
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      onChange({ ...entered, credential: event.currentTarget.value }),
  };
  return (
    <div className={styles.fields}>
      {asks === 'url' ? (
        <TextInput label={words(isChange ? 'newAddress' : 'address')} inputMode="url" {...credential} />
      ) : (
        <PasswordInput label={words(isChange ? 'newToken' : 'token')} {...credential} />
      )}
      <TextInput
        label={words('name')}
        placeholder={words(name)}
        maxLength={80}
        value={entered.name}
        error={errors.name}
        onChange={(event) => onChange({ ...entered, name: event.currentTarget.value })}
      />
      <NativeSelect
        label={words('what')}
        value={entered.what}
        onChange={(event) => onChange({ ...entered, what: event.currentTarget.value as Entered['what'] })}
        data={[
          { value: 'hot', label: words('whatHot') },
          { value: 'signals', label: words('whatSignals') },
          { value: 'everything', label: words('whatEverything') },
        ]}
      />
    </div>
  );
}

export function toDraft(type: DestinationType, { name, credential, what }: Entered): DestinationDraft {
  const { asks } = findKind(type);
  return {
    name,
    ...(credential.trim() === '' ? {} : { [asks]: credential.trim() }),
    events: what === 'everything' ? ['event_created', 'signal_raised'] : ['signal_raised'],
    minimumLevel: what === 'hot' ? 'hot' : null,
  };
}

export function toEntered({ name, events, minimumLevel }: Destination): Entered {
  const what = events.includes('event_created') ? 'everything' : minimumLevel === 'hot' ? 'hot' : 'signals';
  return { name, credential: '', what };
}
