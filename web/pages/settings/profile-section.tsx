import { NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { MemberAnswer } from '../../../src/contract/member.ts';
import type { SessionResponse } from '../../../src/contract/session.ts';
import { useWords } from '../../messages/use-words.ts';
import { EntryForm, type Words } from '../../ui/entry-form.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { toTimeZones } from '../../ui/to-time-zones.ts';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { LiveSessionList } from './live-session-list.tsx';
import section from './section.module.css';
import { type ProfileChange, settingsApi } from './settings-api.ts';
import { ThisScreen } from './this-screen.tsx';
import { TwoFactor } from './two-factor.tsx';

/** What others see of me, and what guards my account. */
export function ProfileSection({ person }: { readonly person: SessionResponse }) {
  const words = useWords('settings');
  usePageTitle(words('profile'));
  const profile = useQuery({ queryKey: ['profile'], queryFn: settingsApi.profile });
  if (profile.error && !profile.data)
    return <LoadError what={words('theProfile')} error={profile.error} onRetry={() => profile.refetch()} />;
  return (
    <>
      <h1 className={section.title}>{words('profile')}</h1>
      <p className={section.lead}>
        {words('signedInAs', { email: person.email, organization: person.organizationName })}
      </p>
      <section className={panel.panel} aria-labelledby="profile-title" aria-busy={!profile.data}>
        <h2 id="profile-title" className={section.heading}>
          {words('profileTitle')}
        </h2>
        {profile.data ? <ProfileForm profile={profile.data} /> : <Placeholder width="100%" height={462} />}
      </section>
      <section className={`${panel.panel} ${section.block}`} aria-labelledby="password-title">
        <h2 id="password-title" className={section.heading}>
          {words('passwordTitle')}
        </h2>
        <PasswordForm />
      </section>
      <TwoFactor person={person} />
      <LiveSessionList />
      <ThisScreen />
    </>
  );
}

function ProfileForm({ profile }: { readonly profile: MemberAnswer }) {
  const words = useWords('settings');
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (typed: Words) => settingsApi.saveProfile(toChange(typed)),
    onSuccess: (stored) => {
      client.setQueryData(['profile'], stored);
      for (const key of ['session', 'signature', 'my-stats', 'daily', 'members'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
  return (
    <div className={section.form}>
      <EntryForm
        isSection
        submitLabel={words('saveProfile')}
        required={{ name: words('nameNeeded') }}
        onSubmit={async (typed) => void (await save.mutateAsync(typed))}
      >
        {(errors) => (
          <>
            <TextInput
              name="name"
              label={words('name')}
              defaultValue={profile.name}
              autoComplete="name"
              error={errors.name}
            />
            <TextInput name="title" label={words('jobTitle')} defaultValue={profile.title ?? ''} error={errors.title} />
            <TextInput
              name="phone"
              label={words('phone')}
              type="tel"
              defaultValue={profile.phone ?? ''}
              autoComplete="tel"
              error={errors.phone}
            />
            <NativeSelect
              name="timezone"
              label={words('timezone')}
              description={words('ownTimezone')}
              defaultValue={profile.timezone ?? ''}
              error={errors.timezone}
              data={[{ value: '', label: words('organizations') }, ...toTimeZones(profile.timezone)]}
            />
            <NativeSelect
              name="trackingMode"
              label={words('ownMode')}
              description={words('ownModeMeans')}
              defaultValue={profile.trackingMode ?? ''}
              error={errors.trackingMode}
              data={[
                { value: '', label: words('ownModeAs') },
                { value: 'aggregate', label: words('ownModeAggregate') },
                { value: 'off', label: words('ownModeOff') },
              ]}
            />
          </>
        )}
      </EntryForm>
      <p className={section.note} role="status">
        {save.isSuccess ? words('profileSaved') : ''}
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

function PasswordForm() {
  const words = useWords('settings');
  const client = useQueryClient();
  const visibility = { 'aria-label': words('showPassword') };
  const [round, setRound] = useState(0);
  return (
    <div className={section.form}>
      <EntryForm
        isSection
        // A new round empties the fields once the password has changed.
        key={round}
        submitLabel={words('changePassword')}
        required={{ currentPassword: words('passwordNowNeeded'), newPassword: words('passwordNewNeeded') }}
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
              label={words('passwordNow')}
              autoComplete="current-password"
              error={errors.currentPassword}
              visibilityToggleFocusable
              visibilityToggleButtonProps={visibility}
            />
            <PasswordInput
              name="newPassword"
              label={words('passwordNew')}
              description={words('passwordAdvice')}
              autoComplete="new-password"
              error={errors.newPassword}
              visibilityToggleFocusable
              visibilityToggleButtonProps={visibility}
            />
          </>
        )}
      </EntryForm>
      <p className={section.note} role="status">
        {round > 0 ? words('passwordChanged') : ''}
      </p>
    </div>
  );
}
