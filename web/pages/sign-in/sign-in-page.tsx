import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { api } from '../../api.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { useSession, useStartSession } from '../../session.ts';
import { EntryCard } from '../../ui/entry-card.tsx';
import { EntryForm } from '../../ui/entry-form.tsx';
import { SignInSteps } from '../../ui/sign-in-steps.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import styles from './sign-in-page.module.css';

export function SignInPage() {
  const words = useWords('entry');
  usePageTitle(words('signIn'));
  const session = useSession();
  const startSession = useStartSession();
  const [way, setWay] = useState<'password' | 'code' | 'sso'>('password');
  const [search] = useSearchParams();
  const next = search.get('next');
  const problem = search.get('problem');
  const lead = session.data?.hasEnded ? words('endedLead') : words('signInLead');
  if (way === 'sso') return <SsoCard onBack={() => setWay('password')} />;
  return (
    <EntryCard
      title={words(way === 'code' ? 'codeTitle' : 'signIn')}
      lead={way === 'code' ? null : lead}
      otherwise={words.rich('newHere', {
        link: (text) => (
          <Link href={next === null ? '/sign-up' : `/sign-up?next=${encodeURIComponent(next)}`}>{text}</Link>
        ),
        reset: (text) => <Link href="/reset-password">{text}</Link>,
      })}
    >
      {problem === null ? null : (
        <p className={styles.problem} role="alert">
          {words(toProblemKey(problem))}
        </p>
      )}
      <SignInSteps onSignedIn={startSession} onSecondStep={() => setWay('code')} />
      {way === 'code' ? null : (
        <>
          <p className={styles.or}>{words('or')}</p>
          <Button variant="default" size="md" fullWidth onClick={() => setWay('sso')}>
            {words('ssoButton')}
          </Button>
        </>
      )}
    </EntryCard>
  );
}

/** Why the provider's answer let nobody in; the address tells it as a code. */
function toProblemKey(code: string): Parameters<Words<'entry'>>[0] & `sso${string}` {
  if (code === 'sso_none') return 'ssoNone';
  if (code === 'sso_no_member') return 'ssoNoMember';
  return code.includes('seat') ? 'ssoSeats' : 'ssoRefused';
}

function SsoCard({ onBack }: { readonly onBack: () => void }) {
  const words = useWords('entry');
  return (
    <EntryCard
      title={words('ssoButton')}
      lead={words('ssoLead')}
      otherwise={
        <Button variant="subtle" size="compact-sm" onClick={onBack}>
          {words('ssoBack')}
        </Button>
      }
    >
      <EntryForm
        submitLabel={words('ssoGo')}
        required={{ email: words('workEmailNeeded') }}
        onSubmit={async ({ email = '' }) => window.location.assign((await api.startSso(email.trim())).url)}
      >
        {(errors) => (
          <TextInput
            name="email"
            type="email"
            label={words('workEmail')}
            autoComplete="username"
            size="md"
            autoFocus
            error={errors.email}
          />
        )}
      </EntryForm>
    </EntryCard>
  );
}
