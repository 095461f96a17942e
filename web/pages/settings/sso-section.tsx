import { Button, PasswordInput, Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SsoProviderAnswer } from '../../../src/contract/sso.ts';
import { useWords } from '../../messages/use-words.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { EntryForm } from '../../ui/entry-form.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { OnceShown } from './once-shown.tsx';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';

const KEY = ['sso'];

/** The company's own sign-in. */
export function SsoSection() {
  const words = useWords('settings');
  usePageTitle(words('sso'));
  const sso = useQuery({ queryKey: KEY, queryFn: settingsApi.sso });
  if (sso.error && !sso.data)
    return <LoadError what={words('theSso')} error={sso.error} onRetry={() => sso.refetch()} />;
  return (
    <>
      <h1 className={section.title}>{words('sso')}</h1>
      <p className={section.lead}>{words('ssoLead')}</p>
      <section className={panel.panel} aria-label={words('sso')} aria-busy={!sso.data}>
        {sso.data ? <SsoForm answer={sso.data} /> : <Placeholder width="100%" height={400} />}
      </section>
    </>
  );
}

function SsoForm({ answer }: { readonly answer: SsoProviderAnswer }) {
  const words = useWords('settings');
  const client = useQueryClient();
  const { provider, redirectUri } = answer;
  const [admits, setAdmits] = useState(provider?.admitsNewMembers ?? false);
  const [isSaved, setSaved] = useState(false);
  return (
    <div className={section.form}>
      {provider ? <SsoState domain={provider.emailDomain} /> : null}
      <OnceShown label={words('ssoRedirect')} text={redirectUri} copyLabel={words('ssoCopy')}>
        {words('ssoStep1')}
      </OnceShown>
      <p>{words('ssoStep2')}</p>
      <EntryForm
        isSection
        submitLabel={words('ssoSave')}
        required={{}}
        onSubmit={async ({ issuer = '', clientId = '', clientSecret = '', emailDomain = '' }) => {
          setSaved(false);
          const secret = clientSecret === '' ? {} : { clientSecret };
          const draft = { issuer, clientId, emailDomain, admitsNewMembers: admits, ...secret };
          client.setQueryData(KEY, await settingsApi.saveSso(draft));
          setSaved(true);
        }}
      >
        {(errors) => (
          <>
            <TextInput
              name="issuer"
              type="url"
              label={words('ssoIssuer')}
              placeholder={words('ssoIssuerExample')}
              defaultValue={provider?.issuer ?? ''}
              error={errors.issuer}
            />
            <TextInput
              name="clientId"
              label={words('ssoClientId')}
              autoComplete="off"
              defaultValue={provider?.clientId ?? ''}
              error={errors.clientId}
            />
            <PasswordInput
              name="clientSecret"
              label={words('ssoClientSecret')}
              description={provider ? words('ssoSecretKept') : undefined}
              autoComplete="off"
              error={errors.clientSecret}
              visibilityToggleFocusable
              visibilityToggleButtonProps={{ 'aria-label': words('showPassword') }}
            />
            <TextInput
              name="emailDomain"
              label={words('ssoDomain')}
              description={words('ssoDomainMeans')}
              placeholder={words('ssoDomainExample')}
              defaultValue={provider?.emailDomain ?? ''}
              error={errors.emailDomain}
            />
            <Switch
              label={words('ssoAdmits')}
              description={words('ssoAdmitsMeans')}
              checked={admits}
              onChange={(event) => setAdmits(event.currentTarget.checked)}
            />
          </>
        )}
      </EntryForm>
      <p className={section.note} role="status">
        {isSaved ? words('ssoSaved') : ''}
      </p>
    </div>
  );
}

function SsoState({ domain }: { readonly domain: string }) {
  const words = useWords('settings');
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: settingsApi.deleteSso,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <div>
      <div className={section.buttons}>
        <p>{words('ssoOn', { domain })}</p>
        <Button size="compact-sm" variant="default" loading={remove.isPending} onClick={() => setAsked(true)}>
          {words('ssoRemove')}
        </Button>
      </div>
      <div role="alert">
        {remove.error ? <p className={section.failure}>{words('notDone', { problem: remove.error.message })}</p> : null}
      </div>
      <Confirm
        asked={
          isAsked
            ? { title: words('ssoRemoveTitle'), words: words('ssoRemoveWords'), doLabel: words('ssoRemove') }
            : null
        }
        onDo={() => remove.mutate()}
        onClose={() => setAsked(false)}
      />
    </div>
  );
}
