import '@mantine/core/styles/Combobox.css';
import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { MemberAnswer } from '../../../src/contract/member.ts';
import type { PrivacyErase } from '../../../src/contract/privacy.ts';
import type { SessionResponse } from '../../../src/contract/session.ts';
import { useWords } from '../../messages/use-words.ts';
import { useForgetPerson } from '../../session.ts';
import panel from '../../ui/panel.module.css';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';

/** One member, for good: chosen, then confirmed by typing their address. */
export function EraseMember({ person }: { readonly person: SessionResponse }) {
  const words = useWords('settings');
  const client = useQueryClient();
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<MemberAnswer | null>(null);
  const question = useDeferredValue(search.trim());
  const members = useQuery({
    queryKey: ['members-to-erase', question],
    queryFn: () => settingsApi.members({ search: question, cursor: null }),
    placeholderData: (before) => before,
  });
  const found = (members.data?.data ?? []).filter(({ userId }) => userId !== person.userId);
  return (
    <section className={`${panel.panel} ${section.block} ${section.danger}`} aria-labelledby="erase-member-title">
      <h2 id="erase-member-title" className={section.heading}>
        {words('eraseMemberTitle')}
      </h2>
      <p className={section.note}>{words('eraseMemberLead')}</p>
      <Select
        maw={420}
        mt={12}
        label={words('eraseMemberPick')}
        placeholder={words('eraseMemberNone')}
        searchable
        clearable
        filter={({ options }) => options}
        nothingFoundMessage={words('nobody')}
        searchValue={search}
        onSearchChange={setSearch}
        value={chosen?.userId ?? null}
        onChange={(id) => setChosen(found.find(({ userId }) => userId === id) ?? null)}
        data={found.map(({ userId, name, email }) => ({ value: userId, label: `${name} · ${email}` }))}
      />
      <Erasure
        key={chosen?.userId ?? ''}
        typed={chosen?.email ?? null}
        label={words('eraseMember')}
        toBody={(confirm) => ({ userId: chosen?.userId ?? '', confirm })}
        onErased={() => {
          setChosen(null);
          setSearch('');
          void client.invalidateQueries();
        }}
      />
    </section>
  );
}

/** Everything, for good: only an owner, by typing its name. */
export function EraseOrganization({ person }: { readonly person: SessionResponse }) {
  const words = useWords('settings');
  const forget = useForgetPerson();
  const name = person.organizationName;
  return (
    <section className={`${panel.panel} ${section.block} ${section.danger}`} aria-labelledby="erase-all-title">
      <h2 id="erase-all-title" className={section.heading}>
        {words('eraseOrganizationTitle')}
      </h2>
      <p className={section.note}>{words('eraseOrganizationLead')}</p>
      {person.role === 'owner' ? (
        <Erasure
          typed={name}
          label={words('eraseOrganization', { name })}
          toBody={(confirm) => ({ organization: true, confirm })}
          onErased={forget}
        />
      ) : (
        <p>{words('onlyOwners')}</p>
      )}
    </section>
  );
}

interface ErasureProps {
  /** What must be typed first; null while nothing is chosen. */
  readonly typed: string | null;
  readonly label: string;
  readonly toBody: (confirm: string) => PrivacyErase;
  readonly onErased: () => void;
}

function Erasure({ typed, label, toBody, onErased }: ErasureProps) {
  const words = useWords('settings');
  const [text, setText] = useState('');
  const erase = useMutation({ mutationFn: () => settingsApi.erase(toBody(text)), onSuccess: onErased });
  const isTyped = typed !== null && text.trim().toLowerCase() === typed.trim().toLowerCase();
  return (
    <>
      {typed === null ? null : (
        <div className={section.form} style={{ marginTop: 12 }}>
          <TextInput
            label={words('eraseTyped', { text: typed })}
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <div>
            <Button variant="default" disabled={!isTyped} loading={erase.isPending} onClick={() => erase.mutate()}>
              {label}
            </Button>
          </div>
        </div>
      )}
      <div role="alert">
        {erase.error ? <p className={section.failure}>{words('notErased', { problem: erase.error.message })}</p> : null}
      </div>
    </>
  );
}
