import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api.ts';
import { useWords } from '../messages/use-words.ts';
import { EntryForm } from './entry-form.tsx';

interface Props {
  /** Whose password is asked for; absent: whoever types an address. */
  readonly email?: string;
  readonly onSignedIn: () => Promise<void>;
  /** Told when the password was right and the code is asked for. */
  readonly onSecondStep?: () => void;
}

/** Password, and the second step for those who have set one up. */
export function SignInSteps({ email, onSignedIn, onSecondStep }: Props) {
  const words = useWords('entry');
  const [isSecond, setSecond] = useState(false);
  if (isSecond) return <SecondStep onSignedIn={onSignedIn} />;
  const required = {
    password: words('passwordNeeded'),
    ...(email === undefined ? { email: words('emailNeeded') } : {}),
  };
  return (
    <EntryForm
      submitLabel={words('signIn')}
      required={required}
      onSubmit={async (typed) => {
        const answer = await api.signIn({ email: email ?? typed.email?.trim() ?? '', password: typed.password ?? '' });
        if (!answer?.twoFactorRedirect) return onSignedIn();
        setSecond(true);
        onSecondStep?.();
      }}
    >
      {(errors) => (
        <>
          {email === undefined ? (
            <TextInput
              name="email"
              type="email"
              label={words('email')}
              autoComplete="username"
              size="md"
              autoFocus
              error={errors.email}
            />
          ) : null}
          <PasswordInput
            name="password"
            label={words('password')}
            autoComplete="current-password"
            size="md"
            autoFocus={email !== undefined}
            error={errors.password}
            visibilityToggleFocusable
            visibilityToggleButtonProps={{ 'aria-label': words('showPassword') }}
          />
        </>
      )}
    </EntryForm>
  );
}

function SecondStep({ onSignedIn }: { readonly onSignedIn: () => Promise<void> }) {
  const words = useWords('entry');
  const [kind, setKind] = useState<'totp' | 'backup-code'>('totp');
  const isApp = kind === 'totp';
  return (
    <>
      <p style={{ marginBottom: 16 }}>{words(isApp ? 'codeLead' : 'recoveryLead')}</p>
      <EntryForm
        key={kind}
        submitLabel={words('signIn')}
        required={{ code: words(isApp ? 'codeNeeded' : 'recoveryNeeded') }}
        onSubmit={async ({ code = '' }) => {
          await api.secondStep(kind, code);
          await onSignedIn();
        }}
      >
        {(errors) => (
          <TextInput
            name="code"
            label={words(isApp ? 'code' : 'recovery')}
            inputMode={isApp ? 'numeric' : 'text'}
            autoComplete="one-time-code"
            size="md"
            autoFocus
            error={errors.code}
          />
        )}
      </EntryForm>
      <Button mt={12} variant="subtle" size="compact-sm" onClick={() => setKind(isApp ? 'backup-code' : 'totp')}>
        {words(isApp ? 'useRecovery' : 'useApp')}
      </Button>
    </>
  );
}
