import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import table from '../../ui/table.module.css';
import { toDayWords } from '../../ui/to-day-words.ts';
import { RULE_NAMES } from './rule-names.ts';
import section from './section.module.css';
import { type Mute, signalsApi } from './signals-api.ts';

const KEY = ['mutes'];

/** What raises no signals for me, and the way back. */
export function MutedList() {
  const words = useWords('signals');
  const client = useQueryClient();
  const list = useQuery({ queryKey: KEY, queryFn: signalsApi.mutes });
  const unmute = useMutation({
    mutationFn: signalsApi.unmute,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  if (list.error && !list.data)
    return <LoadError what={words('muted')} error={list.error} onRetry={() => list.refetch()} />;
  const mutes = list.data?.data;
  return (
    <section className={`${panel.panel} ${section.block}`} aria-labelledby="muted-title" aria-busy={!mutes}>
      <h2 id="muted-title" className={section.heading}>
        {words('muted')}
      </h2>
      {mutes ? null : <Placeholder width="100%" height={40} />}
      {mutes?.length === 0 ? <p className={section.note}>{words('mutedNone')}</p> : null}
      {mutes && mutes.length > 0 ? (
        <table className={table.table}>
          <tbody>
            {mutes.map((mute) => (
              <MuteRow key={mute.id} mute={mute} onUnmute={() => unmute.mutate(mute.id)} />
            ))}
          </tbody>
        </table>
      ) : null}
      <div role="alert">
        {unmute.error ? <p className={section.failure}>{words('notSaved', { reason: unmute.error.message })}</p> : null}
      </div>
    </section>
  );
}

function MuteRow({ mute, onUnmute }: { readonly mute: Mute; readonly onUnmute: () => void }) {
  const words = useWords('signals');
  const name =
    mute.rule === null ? (mute.campaignName ?? '') : words('mutedRule', { rule: words(RULE_NAMES[mute.rule]) });
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi>
        <span className={table.small}>{words('mutedSince', { day: toDayWords(mute.createdAt) })}</span>
      </th>
      <td className={table.actions}>
        <Button size="compact-sm" variant="default" aria-label={words('unmuteOf', { name })} onClick={onUnmute}>
          {words('unmute')}
        </Button>
      </td>
    </tr>
  );
}
