import { PasswordInput, TextInput } from '@mantine/core';
import { Link } from 'wouter';
import { api } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { useStartSession } from '../../session.ts';
import { EntryCard } from '../../ui/entry-card.tsx';
import { EntryForm } from '../../ui/entry-form.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';

export function SignUpPage() {
  const words = useWords('entry');
  usePageTitle(words('signUpTitle'));
  const startSession = useStartSession();
  return (
    <EntryCard
      title={words('signUpHeading')}
      lead={words('signUpLead')}
      otherwise={words.rich('haveAccount', { link: (text) => <Link href="/sign-in">{text}</Link> })}
    >
      <EntryForm
        submitLabel={words('signUp')}
        required={{
          name: words('nameNeeded'),
          email: words('workEmailNeeded'),
          password: words('newPasswordNeeded'),
          organizationName: words('companyNeeded'),
        }}
        onSubmit={async (typed) => {
          const { name = '', email = '', password = '', organizationName = '' } = typed;
          const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
          await api.signUp({ name, email: email.trim(), password, organizationName, timezone });
          await startSession();
        }}
      >
        {(errors) => (
          <>
            <TextInput
              name="name"
              label={words('yourName')}
              autoComplete="name"
              size="md"
              autoFocus
              error={errors.name}
            />
            <TextInput
              name="email"
              type="email"
              label={words('workEmail')}
              autoComplete="username"
              size="md"
              error={errors.email}
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
            <TextInput
              name="organizationName"
              label={words('company')}
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
