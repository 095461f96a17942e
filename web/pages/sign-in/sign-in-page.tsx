import { PasswordInput, TextInput } from '@mantine/core';
import { Link, useSearchParams } from 'wouter';
import { api } from '../../api.ts';
import { useSession, useStartSession } from '../../session.ts';
import { EntryCard } from '../../ui/entry-card.tsx';
import { EntryForm } from '../../ui/entry-form.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';

const REQUIRED = { email: 'Your email address', password: 'Your password' };

export function SignInPage() {
  usePageTitle('Sign in');
  const session = useSession();
  const startSession = useStartSession();
  const [search] = useSearchParams();
  const next = search.get('next');
  const lead = session.data?.hasEnded
    ? 'Your session ended. Sign in again and you are back where you were.'
    : 'See how your mail is doing.';
  return (
    <EntryCard
      title="Sign in"
      lead={lead}
      otherwise={
        <>
          New here?{' '}
          <Link href={next === null ? '/sign-up' : `/sign-up?next=${encodeURIComponent(next)}`}>Create an account</Link>
          {'. '}
          <Link href="/reset-password">Forgotten your password?</Link>
        </>
      }
    >
      <EntryForm
        submitLabel="Sign in"
        required={REQUIRED}
        onSubmit={async (words) => {
          await api.signIn({ email: words.email?.trim() ?? '', password: words.password ?? '' });
          await startSession();
        }}
      >
        {(errors) => (
          <>
            <TextInput
              name="email"
              type="email"
              label="Email"
              autoComplete="username"
              size="md"
              autoFocus
              error={errors.email}
            />
            <PasswordInput
              name="password"
              label="Password"
              autoComplete="current-password"
              size="md"
              error={errors.password}
              visibilityToggleFocusable
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
            />
          </>
        )}
      </EntryForm>
    </EntryCard>
  );
}
