import { PasswordInput, TextInput } from '@mantine/core';
import { Link } from 'wouter';
import { api } from '../../api.ts';
import { useStartSession } from '../../session.ts';
import { EntryCard } from '../../ui/entry-card.tsx';
import { EntryForm } from '../../ui/entry-form.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';

const REQUIRED = {
  name: 'Your name, as it stands in your signature',
  email: 'Your work email address',
  password: 'A password of at least 8 characters',
  organizationName: 'The name of your company',
};

export function SignUpPage() {
  usePageTitle('Create an account');
  const startSession = useStartSession();
  return (
    <EntryCard
      title="Create your account"
      lead="Know when your mail is read, without knowing who reads it."
      otherwise={
        <>
          Have an account? <Link href="/sign-in">Sign in</Link>
        </>
      }
    >
      <EntryForm
        submitLabel="Create account"
        required={REQUIRED}
        onSubmit={async (words) => {
          const { name = '', email = '', password = '', organizationName = '' } = words;
          const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
          await api.signUp({ name, email: email.trim(), password, organizationName, timezone });
          await startSession();
        }}
      >
        {(errors) => (
          <>
            <TextInput name="name" label="Your name" autoComplete="name" size="md" autoFocus error={errors.name} />
            <TextInput
              name="email"
              type="email"
              label="Work email"
              autoComplete="username"
              size="md"
              error={errors.email}
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
            <TextInput
              name="organizationName"
              label="Company"
              autoComplete="organization"
              size="md"
              error={errors.organizationName}
            />
          </>
        )}
      </EntryForm>
    </EntryCard>
  );
}
