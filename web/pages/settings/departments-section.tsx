import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useWords } from '../../messages/use-words.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import table from '../../ui/table.module.css';
import { usePageTitle } from '../../ui/use-page-title.ts';
import styles from './invitations.module.css';
import section from './section.module.css';
import { type Department, settingsApi } from './settings-api.ts';

const KEY = ['departments'];

/** By what the team's figures are told apart. */
export function DepartmentsSection() {
  const words = useWords('settings');
  usePageTitle(words('departments'));
  const client = useQueryClient();
  const [asked, setAsked] = useState<Department | null>(null);
  const list = useQuery({ queryKey: KEY, queryFn: settingsApi.departments });
  const act = useMutation({
    mutationFn: (step: () => Promise<unknown>) => step(),
    onSettled: () => {
      for (const key of ['departments', 'members', 'organization-stats'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
  if (list.error && !list.data)
    return <LoadError what={words('theDepartments')} error={list.error} onRetry={() => list.refetch()} />;
  const departments = list.data?.data;
  return (
    <>
      <h1 className={section.title}>{words('departments')}</h1>
      <p className={section.lead}>{words('departmentsLead')}</p>
      <section className={panel.panel} aria-label={words('departments')} aria-busy={!departments}>
        <AddForm
          isSending={act.isPending}
          error={act.error}
          onAdd={(name) => act.mutateAsync(() => settingsApi.addDepartment(name))}
        />
        {departments ? null : <Placeholder width="100%" height={160} />}
        {departments?.length === 0 ? <p className={section.note}>{words('noDepartments')}</p> : null}
        {departments && departments.length > 0 ? (
          <table className={`${table.table} ${styles.open}`}>
            <tbody>
              {departments.map((department) => (
                <DepartmentRow
                  key={department.id}
                  department={department}
                  onRename={(name) => act.mutateAsync(() => settingsApi.renameDepartment(department.id, name))}
                  onDelete={() => setAsked(department)}
                />
              ))}
            </tbody>
          </table>
        ) : null}
      </section>
      <Confirm
        asked={
          asked && {
            title: words('removeDepartmentTitle', { name: asked.name }),
            words: words('removeDepartmentWords', { count: asked.members }),
            doLabel: words('remove'),
          }
        }
        onDo={() => asked && act.mutate(() => settingsApi.deleteDepartment(asked.id))}
        onClose={() => setAsked(null)}
      />
    </>
  );
}

interface AddFormProps {
  readonly isSending: boolean;
  readonly error: Error | null;
  readonly onAdd: (name: string) => Promise<unknown>;
}

function AddForm({ isSending, error, onAdd }: AddFormProps) {
  const words = useWords('settings');
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    // What was typed is kept when it is refused; the refusal is shown from `error`.
    void onAdd(name.trim()).then(
      () => setName(''),
      () => undefined,
    );
  };
  return (
    <form className={styles.pair} onSubmit={submit} noValidate>
      <TextInput
        label={words('newDepartment')}
        placeholder={words('newDepartmentExample')}
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" loading={isSending}>
        {words('addDepartment')}
      </Button>
      <div role="alert" className={styles.failure}>
        {error ? words('notDone', { problem: error.message }) : ''}
      </div>
    </form>
  );
}

interface RowProps {
  readonly department: Department;
  readonly onRename: (name: string) => Promise<unknown>;
  readonly onDelete: () => void;
}

function DepartmentRow({ department, onRename, onDelete }: RowProps) {
  const words = useWords('settings');
  const [draft, setDraft] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onRename(draft?.trim() ?? '').then(
      () => setDraft(null),
      () => undefined,
    );
  };
  return (
    <tr>
      <th scope="row">
        {draft === null ? (
          <bdi>{department.name}</bdi>
        ) : (
          <form className={styles.pair} onSubmit={submit} noValidate>
            <TextInput
              aria-label={words('nameOf', { name: department.name })}
              maxLength={80}
              autoFocus
              value={draft}
              onChange={(event) => setDraft(event.currentTarget.value)}
              onKeyDown={(event) => (event.key === 'Escape' ? setDraft(null) : undefined)}
            />
            <Button type="submit" variant="default">
              {words('renameDone')}
            </Button>
          </form>
        )}
        <span className={table.small}>{words('departmentMembers', { count: department.members })}</span>
      </th>
      <td className={table.actions}>
        {draft === null ? (
          <Button size="compact-sm" variant="default" onClick={() => setDraft(department.name)}>
            {words('rename')}
          </Button>
        ) : null}{' '}
        <Button size="compact-sm" variant="default" onClick={onDelete}>
          {words('remove')}
        </Button>
      </td>
    </tr>
  );
}
