import { PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { request } from '../../api.ts';
import { useWords, type Words as WordsOf } from '../../messages/use-words.ts';
import { useStartSession } from '../../session.ts';
import { EntryCard } from '../../ui/entry-card.tsx';
import { EntryForm, type Words } from '../../ui/entry-form.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';

interface Invitation {
  readonly organizationName: string;
  readonly email: string;
  readonly name: string | null;
  /** True: the person signs in, then accepts. */
  readonly hasAccount: boolean;
}

/** Behind the link of an invitation. The token stands after the #, so that no server log ever holds it. */
export function JoinPage() {
  const words = useWords('entry');
  usePageTitle(words('join'));
  const [token] = useState(() => window.location.hash.slice(1));
  const invitation = useQuery({
    queryKey: ['join', token],
    queryFn: () => request<Invitation>('POST', '/api/invitations/look', { token }),
    enabled: token !== '',
  });
  const toSignIn = { link: (text: ReactNode) => <Link href="/sign-in">{text}</Link> };
  if (token === '' || invitation.error)
    return (
      <EntryCard
        title={words('linkUnusable')}
        lead={invitation.error?.message ?? words('linkNotWhole')}
        otherwise={words.rich('haveAccount', toSignIn)}
      >
        {null}
      </EntryCard>
    );
  if (!invitation.data) return null;
  return (
    <EntryCard
      title={words('joinTitle', { organization: invitation.data.organizationName })}
      lead={toLead(invitation.data, words)}
      otherwise={invitation.data.hasAccount ? words.rich('joinSignIn', toSignIn) : null}
    >
      <JoinForm token={token} invitation={invitation.data} />
    </EntryCard>
  );
}

function toLead({ email, hasAccount }: Invitation, words: WordsOf<'entry'>): string {
  return words(hasAccount ? 'joinHasAccount' : 'joinNewAccount', { email });
}

function JoinForm({ token, invitation }: { readonly token: string; readonly invitation: Invitation }) {
  const words = useWords('entry');
  const startSession = useStartSession();
  const [, navigate] = useLocation();
  const accept = async ({ name, password }: Words) => {
    const person = invitation.hasAccount ? {} : { name, password };
    await request('POST', '/api/invitations/accept', { token, ...person });
    await startSession();
    navigate('/signature', { replace: true });
  };
  if (invitation.hasAccount)
    return (
      <EntryForm submitLabel={words('join')} required={{}} onSubmit={accept}>
        {() => null}
      </EntryForm>
    );
  return (
    <EntryForm
      submitLabel={words('join')}
      required={{
        name: words('nameNeeded'),
        password: words('newPasswordNeeded'),
      }}
      onSubmit={accept}
    >
      {(errors) => (
        <>
          <TextInput
            name="name"
            label={words('yourName')}
            autoComplete="name"
            size="md"
            defaultValue={invitation.name ?? ''}
            error={errors.name}
          />
          <PasswordInput
            name="password"
            label={words('password')}
            description={words('passwordsAdvice')}
            autoComplete="new-password"
            size="md"
            error={errors.password}
            visibilityToggleFocusable
            visibilityToggleButtonProps={{ 'aria-label': words('showPassword') }}
          />
        </>
      )}
    </EntryForm>
  );
}
