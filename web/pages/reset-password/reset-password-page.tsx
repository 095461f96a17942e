import { PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { request } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { EntryCard } from '../../ui/entry-card.tsx';
import { EntryForm } from '../../ui/entry-form.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';

/** With a link: a new password. Without one: asks for the link. The token stands after the #, out of every server log. */
export function ResetPasswordPage() {
  const words = useWords('entry');
  usePageTitle(words('forgotten'));
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('token'));
  const [isDone, setDone] = useState(false);
  const otherwise = <Link href="/sign-in">{words('signIn')}</Link>;
  if (isDone)
    return (
      <EntryCard
        title={words(token === null ? 'lookIntoMail' : 'isNew')}
        lead={words(token === null ? 'onItsWay' : 'isNewLead')}
        otherwise={otherwise}
      >
        {null}
      </EntryCard>
    );
  return (
    <EntryCard
      title={words(token === null ? 'forgottenHeading' : 'chooseNew')}
      lead={words(token === null ? 'forgottenLead' : 'chooseNewLead')}
      otherwise={otherwise}
    >
      {token === null ? (
        <AskForm onDone={() => setDone(true)} />
      ) : (
        <NewPasswordForm token={token} onDone={() => setDone(true)} />
      )}
    </EntryCard>
  );
}

function AskForm({ onDone }: { readonly onDone: () => void }) {
  const words = useWords('entry');
  return (
    <EntryForm
      submitLabel={words('sendLink')}
      required={{ email: words('emailNeeded') }}
      onSubmit={async ({ email = '' }) => {
        await request('POST', '/api/password-reset/request', { email: email.trim() });
        onDone();
      }}
    >
      {(errors) => (
        <TextInput
          name="email"
          type="email"
          label={words('email')}
          autoComplete="username"
          size="md"
          autoFocus
          error={errors.email}
        />
      )}
    </EntryForm>
  );
}

function NewPasswordForm({ token, onDone }: { readonly token: string; readonly onDone: () => void }) {
  const words = useWords('entry');
  return (
    <EntryForm
      submitLabel={words('setPassword')}
      required={{ password: words('newPasswordNeeded') }}
      onSubmit={async ({ password = '' }) => {
        await request('POST', '/api/password-reset', { token, password });
        onDone();
      }}
    >
      {(errors) => (
        <PasswordInput
          name="password"
          label={words('newPassword')}
          description={words('passwordsAdvice')}
          autoComplete="new-password"
          size="md"
          autoFocus
          error={errors.password}
          visibilityToggleFocusable
          visibilityToggleButtonProps={{ 'aria-label': words('showPassword') }}
        />
      )}
    </EntryForm>
  );
}
