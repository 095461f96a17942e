import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SessionResponse } from '../../../src/contract/session.ts';
import { useWords } from '../../messages/use-words.ts';
import { EntryForm } from '../../ui/entry-form.tsx';
import panel from '../../ui/panel.module.css';
import { OnceShown } from './once-shown.tsx';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';

/** `password`: asked before anything changes; `app`: the key is in, its first code is awaited; `codes`: to be kept. */
type Step = { readonly at: 'idle' | 'begin' | 'end' } | { readonly at: 'app' | 'codes'; readonly setup: Setup };

interface Setup {
  readonly uri: string;
  readonly codes: readonly string[];
}

/** The code of an app on top of the password. */
export function TwoFactor({ person }: { readonly person: SessionResponse }) {
  const words = useWords('settings');
  const client = useQueryClient();
  const [step, setStep] = useState<Step>({ at: 'idle' });
  const refresh = () => client.invalidateQueries({ queryKey: ['session'] });
  return (
    <section className={`${panel.panel} ${section.block}`} aria-labelledby="two-title">
      <h2 id="two-title" className={section.heading}>
        {words('twoTitle')}
      </h2>
      <div className={section.form}>
        <p>{words(person.hasTwoFactor ? 'twoOn' : 'twoOff')}</p>
        {step.at === 'idle' ? (
          <div>
            <Button variant="default" onClick={() => setStep({ at: person.hasTwoFactor ? 'end' : 'begin' })}>
              {words(person.hasTwoFactor ? 'twoSwitchOff' : 'twoBegin')}
            </Button>
          </div>
        ) : null}
        {step.at === 'begin' ? (
          <PasswordForm
            label={words('twoBegin')}
            onPassword={async (password) => {
              const { totpURI, backupCodes } = await settingsApi.beginTwoFactor(password);
              setStep({ at: 'app', setup: { uri: totpURI, codes: backupCodes } });
            }}
          />
        ) : null}
        {step.at === 'app' ? (
          <AppForm
            uri={step.setup.uri}
            onCode={async (code) => {
              await settingsApi.confirmTwoFactor(code);
              setStep({ at: 'codes', setup: step.setup });
              await refresh();
            }}
          />
        ) : null}
        {step.at === 'codes' ? <Codes codes={step.setup.codes} onKept={() => setStep({ at: 'idle' })} /> : null}
        {step.at === 'end' ? (
          <PasswordForm
            label={words('twoSwitchOff')}
            onPassword={async (password) => {
              await settingsApi.endTwoFactor(password);
              setStep({ at: 'idle' });
              await refresh();
            }}
          />
        ) : null}
      </div>
    </section>
  );
}

interface PasswordFormProps {
  readonly label: string;
  readonly onPassword: (password: string) => Promise<void>;
}

function PasswordForm({ label, onPassword }: PasswordFormProps) {
  const words = useWords('settings');
  return (
    <EntryForm
      isSection
      submitLabel={label}
      required={{ password: words('twoPasswordNeeded') }}
      onSubmit={({ password = '' }) => onPassword(password)}
    >
      {(errors) => (
        <PasswordInput
          name="password"
          label={words('twoPassword')}
          autoComplete="current-password"
          autoFocus
          error={errors.password}
          visibilityToggleFocusable
          visibilityToggleButtonProps={{ 'aria-label': words('showPassword') }}
        />
      )}
    </EntryForm>
  );
}

interface AppFormProps {
  readonly uri: string;
  readonly onCode: (code: string) => Promise<void>;
}

function AppForm({ uri, onCode }: AppFormProps) {
  const words = useWords('settings');
  return (
    <>
      <OnceShown label={words('twoKey')} text={toKey(uri)} copyLabel={words('twoCopyKey')}>
        {words('twoAddApp')} <a href={uri}>{words('twoOpenApp')}</a>
      </OnceShown>
      <EntryForm
        isSection
        submitLabel={words('twoConfirm')}
        required={{ code: words('twoCodeNeeded') }}
        onSubmit={({ code = '' }) => onCode(code)}
      >
        {(errors) => (
          <TextInput
            name="code"
            label={words('twoCode')}
            inputMode="numeric"
            autoComplete="one-time-code"
            error={errors.code}
          />
        )}
      </EntryForm>
    </>
  );
}

/** The secret of the otpauth:// address, as people type it. */
function toKey(uri: string): string {
  return new URLSearchParams(uri.slice(uri.indexOf('?'))).get('secret') ?? uri;
}

function Codes({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => void }) {
  const words = useWords('settings');
  return (
    <>
      <OnceShown label={words('twoRecoveryLabel')} text={codes.join(' ')} copyLabel={words('twoCopyCodes')}>
        {words('twoRecovery')}
      </OnceShown>
      <div>
        <Button variant="default" onClick={onKept}>
          {words('twoDone')}
        </Button>
      </div>
    </>
  );
}
