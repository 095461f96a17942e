import { PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { request } from '../../api.ts';
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
  usePageTitle('Join');
  const [token] = useState(() => window.location.hash.slice(1));
  const invitation = useQuery({
    queryKey: ['join', token],
    queryFn: () => request<Invitation>('POST', '/api/invitations/look', { token }),
    enabled: token !== '',
  });
  const signIn = <Link href="/sign-in">Sign in</Link>;
  if (token === '' || invitation.error)
    return (
      <EntryCard
        title="This link cannot be used"
        lead={invitation.error?.message ?? 'It is not whole. Copy all of it from the letter, or ask for a new one.'}
        otherwise={<>Have an account? {signIn}</>}
      >
        {null}
      </EntryCard>
    );
  if (!invitation.data) return null;
  return (
    <EntryCard
      title={`Join ${invitation.data.organizationName}`}
      lead={toLead(invitation.data)}
      otherwise={invitation.data.hasAccount ? <>Not signed in yet? {signIn}, then open the link again.</> : null}
    >
      <JoinForm token={token} invitation={invitation.data} />
    </EntryCard>
  );
}

function toLead({ email, hasAccount }: Invitation): string {
  return hasAccount ? `You have an account with ${email}.` : `Your account will be ${email}.`;
}

function JoinForm({ token, invitation }: { readonly token: string; readonly invitation: Invitation }) {
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
      <EntryForm submitLabel="Join" required={{}} onSubmit={accept}>
        {() => null}
      </EntryForm>
    );
  return (
    <EntryForm
      submitLabel="Join"
      required={{
        name: 'Your name, as it stands in your signature',
        password: 'A password of at least 8 characters',
      }}
      onSubmit={accept}
    >
      {(errors) => (
        <>
          <TextInput
            name="name"
            label="Your name"
            autoComplete="name"
            size="md"
            defaultValue={invitation.name ?? ''}
            error={errors.name}
          />
          <PasswordInput
            name="password"
            label="Password"
            description="8 characters or more; 15 or more are advised"
            autoComplete="new-password"
            size="md"
            error={errors.password}
            visibilityToggleFocusable
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
          />
        </>
      )}
    </EntryForm>
  );
}
