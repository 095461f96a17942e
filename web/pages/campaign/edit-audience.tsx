import '../../ui/multi-select.css';
import { MultiSelect, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useWords } from '../../messages/use-words.ts';
import { settingsApi } from '../settings/settings-api.ts';
import type { PartProps } from './edit-campaign.tsx';
import type { AudienceKind } from './to-campaign-change.ts';

/** In whose signatures a campaign stands. */
export function EditAudience({ form, set, error }: PartProps & { readonly error: string | undefined }) {
  const words = useWords('campaign');
  const departments = useQuery({ queryKey: ['departments'], queryFn: settingsApi.departments });
  return (
    <>
      <NativeSelect
        label={words('audience')}
        value={form.audienceKind}
        error={error}
        data={[
          { value: 'everyone', label: words('everyone') },
          { value: 'departmentIds', label: words('departments') },
          { value: 'userIds', label: words('people') },
        ]}
        onChange={(event) => set({ audienceKind: event.currentTarget.value as AudienceKind })}
      />
      {form.audienceKind === 'departmentIds' ? (
        <MultiSelect
          label={words('departments')}
          data={(departments.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={[...form.departmentIds]}
          searchable
          onChange={(departmentIds) => set({ departmentIds })}
        />
      ) : null}
      {form.audienceKind === 'userIds' ? <People form={form} set={set} /> : null}
    </>
  );
}

/** Found by name or address; those who are chosen stay listed whatever is searched for. */
function People({ form, set }: PartProps) {
  const words = useWords('campaign');
  const [search, setSearch] = useState('');
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const question = useDeferredValue(search.trim());
  const found = useQuery({
    queryKey: ['audience-people', question],
    queryFn: async () => {
      const page = await settingsApi.members({ search: question, cursor: null });
      setKnown((before) => new Map([...before, ...page.data.map(({ userId, name }) => [userId, name] as const)]));
      return page;
    },
  });
  const listed = new Map([
    ...form.userIds.map((userId) => [userId, known.get(userId) ?? words('person')] as const),
    ...(found.data?.data ?? []).map(({ userId, name }) => [userId, name] as const),
  ]);
  return (
    <MultiSelect
      label={words('people')}
      data={[...listed].map(([value, label]) => ({ value, label }))}
      value={[...form.userIds]}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      onChange={(userIds) => set({ userIds })}
    />
  );
}
