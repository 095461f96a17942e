import { PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { request } from '../../api.ts';
import { EntryCard } from '../../ui/entry-card.tsx';
import { EntryForm } from '../../ui/entry-form.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';

/** With a link: a new password. Without one: asks for the link. The token stands after the #, out of every server log. */
export function ResetPasswordPage() {
  usePageTitle('Forgotten password');
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('token'));
  const [isDone, setDone] = useState(false);
  const otherwise = <Link href="/sign-in">Sign in</Link>;
  if (isDone)
    return (
      <EntryCard
        title={token === null ? 'Look into your mail' : 'Your password is new'}
        lead={toDoneWords(token)}
        otherwise={otherwise}
      >
        {null}
      </EntryCard>
    );
  return (
    <EntryCard
      title={token === null ? 'Forgotten your password?' : 'Choose a new password'}
      lead={token === null ? 'A link to choose a new one comes by mail.' : 'Every session of yours ends with it.'}
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

function toDoneWords(token: string | null): string {
  return token === null
    ? 'If the address has an account, a link is on its way. Where no mail is set up, ask whoever runs MailTracker for one.'
    : 'Sign in with it.';
}

function AskForm({ onDone }: { readonly onDone: () => void }) {
  return (
    <EntryForm
      submitLabel="Send me a link"
      required={{ email: 'Your email address' }}
      onSubmit={async ({ email = '' }) => {
        await request('POST', '/api/password-reset/request', { email: email.trim() });
        onDone();
      }}
    >
      {(errors) => (
        <TextInput
          name="email"
          type="email"
          label="Email"
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
  return (
    <EntryForm
      submitLabel="Set password"
      required={{ password: 'A password of at least 8 characters' }}
      onSubmit={async ({ password = '' }) => {
        await request('POST', '/api/password-reset', { token, password });
        onDone();
      }}
    >
      {(errors) => (
        <PasswordInput
          name="password"
          label="New password"
          description="8 characters or more; 15 or more are advised"
          autoComplete="new-password"
          size="md"
          autoFocus
          error={errors.password}
          visibilityToggleFocusable
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
        />
      )}
    </EntryForm>
  );
}
