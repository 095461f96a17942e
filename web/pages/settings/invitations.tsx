import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { InvitationAnswer } from '../../../src/contract/invitation.ts';
import type { Role } from '../../../src/contract/session.ts';
import { ApiProblem } from '../../api.ts';
import panel from '../../ui/panel.module.css';
import table from '../../ui/table.module.css';
import { toDayWords } from '../../ui/to-day-words.ts';
import styles from './invitations.module.css';
import { OnceShown } from './once-shown.tsx';
import section from './section.module.css';
import { type IssuedInvitation, settingsApi } from './settings-api.ts';

const KEY = ['invitations'];

/** A new member comes by a link: mailed where mail is set up, handed on by the admin where it is not. */
export function Invitations({ isOwner }: { readonly isOwner: boolean }) {
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
        Invite a member
      </h2>
      <InviteForm
        isOwner={isOwner}
        isSending={act.isPending}
        error={act.error}
        onInvite={(email, role) => act.mutateAsync(() => settingsApi.invite(email, role))}
      />
      {issued === null ? null : (
        <OnceShown label={`The link for ${issued.email}`} text={issued.url} copyLabel="Copy link">
          {toIssuedWords(issued)}
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
                    invited as {role}, {status === 'expired' ? 'expired' : `open until ${toDayWords(expiresAt)}`}
                  </span>
                </th>
                <td className={table.actions}>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => act.mutate(() => settingsApi.renewInvitation(id))}
                  >
                    New link
                  </Button>{' '}
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => act.mutate(() => settingsApi.cancelInvitation(id))}
                  >
                    Cancel
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

function toIssuedWords({ isMailed, mailProblem, expiresAt }: IssuedInvitation): string {
  const until = `It works once, until ${toDayWords(expiresAt)}, and is shown only now.`;
  if (isMailed) return `Mailed. ${until}`;
  return mailProblem === null
    ? `Hand it on yourself. ${until}`
    : `Not mailed: ${mailProblem} Hand it on yourself. ${until}`;
}

interface InviteFormProps {
  readonly isOwner: boolean;
  readonly isSending: boolean;
  readonly error: Error | null;
  readonly onInvite: (email: string, role: Role) => Promise<unknown>;
}

function InviteForm({ isOwner, isSending, error, onInvite }: InviteFormProps) {
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
        label="Email address"
        placeholder="jo@example.com"
        value={email}
        error={atField}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <NativeSelect
        label="Role"
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as Role)}
        data={[{ value: 'member', label: 'Member' }, ...(isOwner ? [{ value: 'admin', label: 'Admin' }] : [])]}
      />
      <Button type="submit" loading={isSending}>
        Make a link
      </Button>
      <div role="alert" className={styles.failure}>
        {error && atField === undefined ? `Not done. ${error.message}` : ''}
      </div>
    </form>
  );
}
