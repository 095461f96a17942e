import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import table from '../../ui/table.module.css';
import { toMinuteWords } from '../../ui/to-minute-words.ts';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';

const KEY = ['sessions'];

/** Where the person is signed in. No address is shown, since none is kept. */
export function LiveSessionList() {
  const words = useWords('settings');
  const client = useQueryClient();
  const sessions = useQuery({ queryKey: KEY, queryFn: settingsApi.sessions });
  const end = useMutation({
    mutationFn: (step: () => Promise<unknown>) => step(),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  if (sessions.error && !sessions.data)
    return <LoadError what={words('theSessions')} error={sessions.error} onRetry={() => sessions.refetch()} />;
  const rows = sessions.data?.data;
  return (
    <section className={`${panel.panel} ${section.block}`} aria-labelledby="sessions-title" aria-busy={!rows}>
      <div className={section.head} style={{ marginBottom: 0 }}>
        <h2 id="sessions-title" className={section.heading}>
          {words('sessionsTitle')}
        </h2>
        {rows && rows.length > 1 ? (
          <Button size="compact-sm" variant="default" onClick={() => end.mutate(settingsApi.endOtherSessions)}>
            {words('endOthers')}
          </Button>
        ) : null}
      </div>
      <div role="alert">
        {end.error ? <p className={section.failure}>{words('notDone', { problem: end.error.message })}</p> : null}
      </div>
      {rows ? (
        <table className={table.table}>
          <tbody>
            {rows.map(({ id, device, lastSeenAt, isCurrent }) => (
              <tr key={id}>
                <th scope="row">
                  {device ?? words('noDevice')}
                  <span className={table.small}>{words('lastSeen', { when: toMinuteWords(lastSeenAt) })}</span>
                </th>
                <td className={table.actions}>
                  {isCurrent ? (
                    <span className={table.quiet}>{words('here')}</span>
                  ) : (
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() => end.mutate(() => settingsApi.endSession(id))}
                    >
                      {words('signOut')}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <Placeholder width="100%" height={80} />
      )}
    </section>
  );
}
