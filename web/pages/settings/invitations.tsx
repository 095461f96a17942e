import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { InvitationAnswer } from '../../../src/contract/invitation.ts';
import type { Role } from '../../../src/contract/session.ts';
import { ApiProblem } from '../../api.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import table from '../../ui/table.module.css';
import { toDayWords } from '../../ui/to-day-words.ts';
import styles from './invitations.module.css';
import { OnceShown } from './once-shown.tsx';
import section from './section.module.css';
import { type IssuedInvitation, settingsApi } from './settings-api.ts';
import { toRoleWords } from './to-role-words.ts';

const KEY = ['invitations'];

/** A new member comes by a link: mailed where mail is set up, handed on by the admin where it is not. */
export function Invitations({ isOwner }: { readonly isOwner: boolean }) {
  const words = useWords('settings');
  const [issued, setIssued] = useState<IssuedInvitation | null>(null);
  const client = useQueryClient();
  const list = useQuery({ queryKey: KEY, queryFn: settingsApi.invitations });
  const act = useMutation({
    mutationFn: (step: () => Promise<IssuedInvitation | InvitationAnswer>) => step(),
    onSuccess: (answer) => {
      setIssued('url' in answer ? answer : null);
      void client.invalidateQueries({ queryKey: KEY });
    },
  });
  return (
    <section className={panel.panel} aria-labelledby="invite-title">
      <h2 id="invite-title" className={section.heading}>
        {words('inviteTitle')}
      </h2>
      <InviteForm
        isOwner={isOwner}
        isSending={act.isPending}
        error={act.error}
        onInvite={(email, role) => act.mutateAsync(() => settingsApi.invite(email, role))}
      />
      {issued === null ? null : (
        <OnceShown label={words('linkFor', { email: issued.email })} text={issued.url} copyLabel={words('copyLink')}>
          {toIssuedWords(words, issued)}
        </OnceShown>
      )}
      {list.data && list.data.data.length > 0 ? (
        <table className={`${table.table} ${styles.open}`}>
          <tbody>
            {list.data.data.map(({ id, email, role, status, expiresAt }) => (
              <tr key={id}>
                <th scope="row">
                  {email}
                  <span className={table.small}>
                    {status === 'expired'
                      ? words('invitedExpired', { role: toRoleWords(words, role) })
                      : words('invitedAs', { role: toRoleWords(words, role), day: toDayWords(expiresAt) })}
                  </span>
                </th>
                <td className={table.actions}>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => act.mutate(() => settingsApi.renewInvitation(id))}
                  >
                    {words('newLink')}
                  </Button>{' '}
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => act.mutate(() => settingsApi.cancelInvitation(id))}
                  >
                    {words('cancel')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </section>
  );
}

function toIssuedWords(words: Words<'settings'>, { isMailed, mailProblem, expiresAt }: IssuedInvitation): string {
  const until = words('onceUntil', { day: toDayWords(expiresAt) });
  if (isMailed) return words('mailed', { until });
  return mailProblem === null ? words('handOn', { until }) : words('notMailed', { problem: mailProblem, until });
}

interface InviteFormProps {
  readonly isOwner: boolean;
  readonly isSending: boolean;
  readonly error: Error | null;
  readonly onInvite: (email: string, role: Role) => Promise<unknown>;
}

function InviteForm({ isOwner, isSending, error, onInvite }: InviteFormProps) {
  const words = useWords('settings');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const atField = error instanceof ApiProblem ? error.fields.email : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // What was typed is kept when it is refused; the refusal is shown from `error`.
    void onInvite(email.trim(), role).then(
      () => setEmail(''),
      () => undefined,
    );
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <TextInput
        type="email"
        label={words('inviteEmail')}
        placeholder={words('inviteExample')}
        value={email}
        error={atField}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <NativeSelect
        label={words('role')}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as Role)}
        data={[
          { value: 'member', label: words('roleMember') },
          ...(isOwner ? [{ value: 'admin', label: words('roleAdmin') }] : []),
        ]}
      />
      <Button type="submit" loading={isSending}>
        {words('makeLink')}
      </Button>
      <div role="alert" className={styles.failure}>
        {error && atField === undefined ? words('notDone', { problem: error.message }) : ''}
      </div>
    </form>
  );
}
