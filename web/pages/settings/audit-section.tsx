import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditLog } from '../../../src/contract/audit-log.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import table from '../../ui/table.module.css';
import { toMinuteWords } from '../../ui/to-minute-words.ts';
import { usePageTitle } from '../../ui/use-page-title.ts';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';
import { toChangeWords } from './to-change-words.ts';

type Entry = AuditLog['data'][number];

/** Who changed what, and when. Nothing here can be changed or taken away. */
export function AuditSection() {
  usePageTitle('Audit log');
  const log = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) => settingsApi.audit(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  if (log.error && !log.data) return <LoadError what="The audit log" error={log.error} onRetry={() => log.refetch()} />;
  const entries = log.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <div className={section.head}>
        <h1 className={section.title}>Audit log</h1>
        <Button component="a" href="/api/audit-log/export.csv" download variant="default">
          Save as CSV
        </Button>
      </div>
      <section className={panel.panel} aria-label="What was done" aria-busy={!entries}>
        {entries ? <Entries entries={entries} /> : <Placeholder width="100%" height={320} />}
        {log.hasNextPage ? (
          <Button variant="default" mt={8} loading={log.isFetchingNextPage} onClick={() => log.fetchNextPage()}>
            Show older ones
          </Button>
        ) : null}
      </section>
    </>
  );
}

function Entries({ entries }: { readonly entries: readonly Entry[] }) {
  if (entries.length === 0) return <p className={section.note}>Nothing was changed yet.</p>;
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Who</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id}>
            <th scope="row">
              {toActionWords(entry.action)}: {entry.subject.name}
              {toChangeWords(entry.before, entry.after).map((words) => (
                <span key={words} className={table.small}>
                  {words}
                </span>
              ))}
            </th>
            <td data-label="Who">{entry.actor.name}</td>
            <td data-label="When">{toMinuteWords(entry.at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** "member.role_changed" reads "Member role changed". */
function toActionWords(action: string): string {
  const words = action.replace(/[._]/g, ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
