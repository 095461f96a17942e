import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { MemberAnswer } from '../../../src/contract/member.ts';
import type { Role, SessionResponse } from '../../../src/contract/session.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import table from '../../ui/table.module.css';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { Invitations } from './invitations.tsx';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';

/** Who belongs to the organization, and who may do what. */
export function MembersSection({ person }: { readonly person: SessionResponse }) {
  usePageTitle('Members');
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
    return <LoadError what="The members" error={list.error} onRetry={() => list.refetch()} />;
  const members = list.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <h1 className={section.title}>Members</h1>
      <p className={section.lead}>
        Each member has a pixel of their own. A deactivated one is shut out at once; what was counted stays.
      </p>
      <Invitations isOwner={person.role === 'owner'} />
      <section className={`${panel.panel} ${section.block}`} aria-label="All members" aria-busy={!members}>
        <TextInput
          type="search"
          maw={320}
          mb={8}
          aria-label="Find a member by name or address"
          placeholder="Find by name or address"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        {members ? <MemberTable members={members} person={person} /> : <Placeholder width="100%" height={240} />}
        {members?.length === 0 ? <p className={section.note}>Nobody of that name or address.</p> : null}
        {list.hasNextPage ? (
          <Button variant="default" mt={8} loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            Show more
          </Button>
        ) : null}
      </section>
    </>
  );
}

function MemberTable({ members, person }: { members: readonly MemberAnswer[]; person: SessionResponse }) {
  const [asked, setAsked] = useState<MemberAnswer | null>(null);
  const change = useChangeMember();
  return (
    <>
      <div role="alert">
        {change.error ? <p className={section.failure}>Not done. {change.error.message}</p> : null}
      </div>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Department</th>
            <th scope="col">Role</th>
            <th scope="col" className={table.actions}>
              Access
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <tr key={member.userId}>
              <th scope="row">
                {member.name}
                <span className={table.small}>{member.email}</span>
              </th>
              <td data-label="Department">{member.department?.name ?? 'No department'}</td>
              <td data-label="Role">
                <RoleChoice
                  member={member}
                  mayChange={person.role === 'owner' && member.userId !== person.userId}
                  onChange={(role) => change.mutate(() => settingsApi.setRole(member.userId, role))}
                />
              </td>
              <td className={table.actions}>
                {member.userId === person.userId ? (
                  <span className={table.quiet}>you</span>
                ) : member.status === 'active' ? (
                  <Button size="compact-sm" variant="default" onClick={() => setAsked(member)}>
                    Deactivate
                  </Button>
                ) : (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => change.mutate(() => settingsApi.setActive(member.userId, true))}
                  >
                    Let in again
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        asked={asked && toAsked(asked)}
        onDo={() => asked && change.mutate(() => settingsApi.setActive(asked.userId, false))}
        onClose={() => setAsked(null)}
      />
    </>
  );
}

function toAsked({ name }: MemberAnswer) {
  return {
    title: `Deactivate ${name}`,
    words: `${name} is signed out everywhere at once and cannot sign in. Their pixel goes on counting in mail already sent. You can let them in again.`,
    doLabel: 'Deactivate',
  };
}

interface RoleChoiceProps {
  readonly member: MemberAnswer;
  readonly mayChange: boolean;
  readonly onChange: (role: Role) => void;
}

const ROLE_WORDS: Readonly<Record<Role, string>> = { owner: 'Owner', admin: 'Admin', member: 'Member' };

/** Only owners give roles. */
function RoleChoice({ member, mayChange, onChange }: RoleChoiceProps) {
  if (!mayChange || member.status !== 'active') return ROLE_WORDS[member.role];
  return (
    <NativeSelect
      size="xs"
      maw={120}
      aria-label={`Role of ${member.name}`}
      value={member.role}
      onChange={(event) => onChange(event.currentTarget.value as Role)}
      data={Object.entries(ROLE_WORDS).map(([value, label]) => ({ value, label }))}
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
