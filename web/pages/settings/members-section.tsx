import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { MemberAnswer } from '../../../src/contract/member.ts';
import type { Role, SessionResponse } from '../../../src/contract/session.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { SaveCsv } from '../../ui/save-csv.tsx';
import table from '../../ui/table.module.css';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { Invitations } from './invitations.tsx';
import { MemberImport } from './member-import.tsx';
import { SeatNotes } from './seat-notes.tsx';
import section from './section.module.css';
import { type Department, settingsApi } from './settings-api.ts';
import { toRoleWords } from './to-role-words.ts';

/** Who belongs to the organization, and who may do what. */
export function MembersSection({ person }: { readonly person: SessionResponse }) {
  const words = useWords('settings');
  usePageTitle(words('members'));
  const [search, setSearch] = useState('');
  const question = useDeferredValue(search.trim());
  const list = useInfiniteQuery({
    queryKey: ['members', question],
    queryFn: ({ pageParam }) => settingsApi.members({ search: question, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  if (list.error && !list.data)
    return <LoadError what={words('theMembers')} error={list.error} onRetry={() => list.refetch()} />;
  const members = list.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <h1 className={section.title}>{words('members')}</h1>
      <p className={section.lead}>{words('membersLead')}</p>
      <SeatNotes />
      <Invitations isOwner={person.role === 'owner'} />
      <MemberImport />
      <section className={`${panel.panel} ${section.block}`} aria-label={words('allMembers')} aria-busy={!members}>
        <TextInput
          type="search"
          maw={320}
          mb={8}
          aria-label={words('findLabel')}
          placeholder={words('find')}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        {members ? <MemberTable members={members} person={person} /> : <Placeholder width="100%" height={240} />}
        <SaveCsv href="/api/members/export.csv">{words('saveMembers')}</SaveCsv>
        {members?.length === 0 ? <p className={section.note}>{words('nobody')}</p> : null}
        {list.hasNextPage ? (
          <Button variant="default" mt={8} loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {words('showMore')}
          </Button>
        ) : null}
      </section>
    </>
  );
}

function MemberTable({ members, person }: { members: readonly MemberAnswer[]; person: SessionResponse }) {
  const words = useWords('settings');
  const departments = useQuery({ queryKey: ['departments'], queryFn: settingsApi.departments });
  const [asked, setAsked] = useState<MemberAnswer | null>(null);
  const change = useChangeMember();
  return (
    <>
      <div role="alert">
        {change.error ? <p className={section.failure}>{words('notDone', { problem: change.error.message })}</p> : null}
      </div>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{words('name')}</th>
            <th scope="col">{words('department')}</th>
            <th scope="col">{words('role')}</th>
            <th scope="col" className={table.actions}>
              {words('access')}
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <tr key={member.userId}>
              <th scope="row">
                <bdi>{member.name}</bdi>
                <span className={table.small}>{member.email}</span>
              </th>
              <td data-label={words('department')}>
                <DepartmentChoice
                  member={member}
                  departments={departments.data?.data ?? []}
                  onChange={(id) => change.mutate(() => settingsApi.setDepartment(member.userId, id))}
                />
              </td>
              <td data-label={words('role')}>
                <RoleChoice
                  member={member}
                  mayChange={person.role === 'owner' && member.userId !== person.userId}
                  onChange={(role) => change.mutate(() => settingsApi.setRole(member.userId, role))}
                />
              </td>
              <td className={table.actions}>
                {member.userId === person.userId ? (
                  <span className={table.quiet}>{words('you')}</span>
                ) : member.status === 'active' ? (
                  <Button size="compact-sm" variant="default" onClick={() => setAsked(member)}>
                    {words('deactivate')}
                  </Button>
                ) : (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => change.mutate(() => settingsApi.setActive(member.userId, true))}
                  >
                    {words('letInAgain')}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        asked={asked && toAsked(words, asked)}
        onDo={() => asked && change.mutate(() => settingsApi.setActive(asked.userId, false))}
        onClose={() => setAsked(null)}
      />
    </>
  );
}

function toAsked(words: Words<'settings'>, { name }: MemberAnswer) {
  return {
    title: words('deactivateTitle', { name }),
    words: words('deactivateWords', { name }),
    doLabel: words('deactivate'),
  };
}

interface RoleChoiceProps {
  readonly member: MemberAnswer;
  readonly mayChange: boolean;
  readonly onChange: (role: Role) => void;
}

const ROLES: readonly Role[] = ['owner', 'admin', 'member'];

/** Only owners give roles. */
function RoleChoice({ member, mayChange, onChange }: RoleChoiceProps) {
  const words = useWords('settings');
  if (!mayChange || member.status !== 'active') return toRoleWords(words, member.role);
  return (
    <NativeSelect
      size="xs"
      maw={120}
      aria-label={words('roleOf', { name: member.name })}
      value={member.role}
      onChange={(event) => onChange(event.currentTarget.value as Role)}
      data={ROLES.map((value) => ({ value, label: toRoleWords(words, value) }))}
    />
  );
}

interface DepartmentChoiceProps {
  readonly member: MemberAnswer;
  readonly departments: readonly Department[];
  readonly onChange: (id: string | null) => void;
}

function DepartmentChoice({ member, departments, onChange }: DepartmentChoiceProps) {
  const words = useWords('settings');
  const none = words('noDepartment');
  if (member.status !== 'active' || departments.length === 0) return <bdi>{member.department?.name ?? none}</bdi>;
  return (
    <NativeSelect
      size="xs"
      maw={180}
      aria-label={words('departmentOf', { name: member.name })}
      value={member.department?.id ?? ''}
      onChange={(event) => onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
      data={[{ value: '', label: none }, ...departments.map(({ id, name }) => ({ value: id, label: name }))]}
    />
  );
}

function useChangeMember() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: () => Promise<MemberAnswer>) => change(),
    onSettled: () => client.invalidateQueries({ queryKey: ['members'] }),
  });
}
