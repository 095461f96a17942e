import '../../ui/multi-select.css';
import { Checkbox, MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useWords } from '../../messages/use-words.ts';
import { settingsApi } from '../settings/settings-api.ts';
import type { TemplateTargets } from './templates-api.ts';
import styles from './templates-page.module.css';

interface Props {
  readonly targets: TemplateTargets;
  readonly onChange: (targets: TemplateTargets) => void;
}

/** For whom a template is. The most specific choice wins, whatever others choose. */
export function TemplateTargetsForm({ targets, onChange }: Props) {
  const words = useWords('signature');
  const departments = useQuery({ queryKey: ['departments'], queryFn: settingsApi.departments });
  return (
    <fieldset className={styles.targets}>
      <legend>{words('assignTitle')}</legend>
      <Checkbox
        label={words('assignEveryone')}
        checked={targets.organization}
        onChange={(event) => onChange({ ...targets, organization: event.currentTarget.checked })}
      />
      {departments.data && departments.data.data.length > 0 ? (
        <MultiSelect
          label={words('assignDepartments')}
          data={departments.data.data.map(({ id, name }) => ({ value: id, label: name }))}
          value={[...targets.departmentIds]}
          searchable
          clearable
          onChange={(departmentIds) => onChange({ ...targets, departmentIds })}
        />
      ) : null}
      <People targets={targets} onChange={onChange} />
    </fieldset>
  );
}

/** Found by name or address; those who are chosen stay listed whatever is searched for. */
function People({ targets, onChange }: Props) {
  const words = useWords('signature');
  const [search, setSearch] = useState('');
  const question = useDeferredValue(search.trim());
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const found = useQuery({
    queryKey: ['target-people', question],
    queryFn: async () => {
      const page = await settingsApi.members({ search: question, cursor: null });
      setKnown((before) => new Map([...before, ...page.data.map(({ userId, name }) => [userId, name] as const)]));
      return page;
    },
  });
  const listed = new Map([
    ...targets.userIds.map((userId) => [userId, known.get(userId) ?? words('member')] as const),
    ...(found.data?.data ?? []).map(({ userId, name }) => [userId, name] as const),
  ]);
  return (
    <MultiSelect
      label={words('assignMembers')}
      data={[...listed].map(([value, label]) => ({ value, label }))}
      value={[...targets.userIds]}
      searchable
      clearable
      searchValue={search}
      onSearchChange={setSearch}
      onChange={(userIds) => onChange({ ...targets, userIds })}
    />
  );
}
