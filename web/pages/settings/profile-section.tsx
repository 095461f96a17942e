import { NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { MemberAnswer } from '../../../src/contract/member.ts';
import type { SessionResponse } from '../../../src/contract/session.ts';
import { EntryForm, type Words } from '../../ui/entry-form.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toTimeZones } from '../../ui/to-time-zones.ts';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { LiveSessionList } from './live-session-list.tsx';
import section from './section.module.css';
import { type ProfileChange, settingsApi } from './settings-api.ts';

/** What others see of me, and what guards my account. */
export function ProfileSection({ person }: { readonly person: SessionResponse }) {
  usePageTitle('Profile and security');
  const profile = useQuery({ queryKey: ['profile'], queryFn: settingsApi.profile });
  if (profile.error && !profile.data)
    return <LoadError what="Your profile" error={profile.error} onRetry={() => profile.refetch()} />;
  return (
    <>
      <h1 className={section.title}>Profile and security</h1>
      <p className={section.lead}>
        Signed in as {person.email} at {person.organizationName}.
      </p>
      <section className={panel.panel} aria-labelledby="profile-title" aria-busy={!profile.data}>
        <h2 id="profile-title" className={section.heading}>
          What stands in your signature
        </h2>
        {profile.data ? <ProfileForm profile={profile.data} /> : <Placeholder width="100%" height={300} />}
      </section>
      <section className={`${panel.panel} ${section.block}`} aria-labelledby="password-title">
        <h2 id="password-title" className={section.heading}>
          Password
        </h2>
        <PasswordForm />
      </section>
      <LiveSessionList />
    </>
  );
}

const MODES = [
  { value: '', label: 'As the organization' },
  { value: 'aggregate', label: 'Opens only; readers are not told apart' },
  { value: 'off', label: 'Nothing of mine is recorded' },
];

function ProfileForm({ profile }: { readonly profile: MemberAnswer }) {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (words: Words) => settingsApi.saveProfile(toChange(words)),
    onSuccess: (stored) => {
      client.setQueryData(['profile'], stored);
      for (const key of ['session', 'signature', 'my-stats', 'daily', 'members'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
  return (
    <div className={section.form}>
      <EntryForm
        submitLabel="Save profile"
        required={{ name: 'Your name, as it stands in your signature' }}
        onSubmit={async (words) => void (await save.mutateAsync(words))}
      >
        {(errors) => (
          <>
            <TextInput name="name" label="Name" defaultValue={profile.name} autoComplete="name" error={errors.name} />
            <TextInput name="title" label="Title" defaultValue={profile.title ?? ''} error={errors.title} />
            <TextInput
              name="phone"
              label="Phone"
              type="tel"
              defaultValue={profile.phone ?? ''}
              autoComplete="tel"
              error={errors.phone}
            />
            <NativeSelect
              name="timezone"
              label="Time zone"
              description="Whose days and hours your own figures use"
              defaultValue={profile.timezone ?? ''}
              error={errors.timezone}
              data={[{ value: '', label: "The organization's" }, ...toTimeZones(profile.timezone)]}
            />
            <NativeSelect
              name="trackingMode"
              label="Tracking of my mail"
              description="You may restrict what your organization records, never widen it"
              defaultValue={profile.trackingMode ?? ''}
              error={errors.trackingMode}
              data={MODES}
            />
          </>
        )}
      </EntryForm>
      <p className={section.note} role="status">
        {save.isSuccess ? 'Saved. Copy your signature again when your name, title or phone changed.' : ''}
      </p>
    </div>
  );
}

function toChange({ name = '', title = '', phone = '', timezone = '', trackingMode = '' }: Words): ProfileChange {
  return {
    name,
    title,
    phone,
    timezone: timezone === '' ? null : timezone,
    trackingMode: trackingMode === 'aggregate' || trackingMode === 'off' ? trackingMode : null,
  };
}

const PASSWORDS = { currentPassword: 'Your password of now', newPassword: 'A password of at least 8 characters' };
const VISIBILITY = { 'aria-label': 'Show or hide the password' };

function PasswordForm() {
  const client = useQueryClient();
  const [round, setRound] = useState(0);
  return (
    <div className={section.form}>
      <EntryForm
        // A new round empties the fields once the password has changed.
        key={round}
        submitLabel="Change password"
        required={PASSWORDS}
        onSubmit={async ({ currentPassword = '', newPassword = '' }) => {
          await settingsApi.changePassword({ currentPassword, newPassword });
          setRound(round + 1);
          void client.invalidateQueries({ queryKey: ['sessions'] });
        }}
      >
        {(errors) => (
          <>
            <PasswordInput
              name="currentPassword"
              label="Password now"
              autoComplete="current-password"
              error={errors.currentPassword}
              visibilityToggleFocusable
              visibilityToggleButtonProps={VISIBILITY}
            />
            <PasswordInput
              name="newPassword"
              label="New password"
              description="8 characters or more; 15 or more are advised"
              autoComplete="new-password"
              error={errors.newPassword}
              visibilityToggleFocusable
              visibilityToggleButtonProps={VISIBILITY}
            />
          </>
        )}
      </EntryForm>
      <p className={section.note} role="status">
        {round > 0 ? 'Changed. Every other session of yours has ended.' : ''}
      </p>
    </div>
  );
}
