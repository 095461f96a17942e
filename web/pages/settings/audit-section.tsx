import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditLog } from '../../../src/contract/audit-log.ts';
import type { Catalogue } from '../../messages/catalogue.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import table from '../../ui/table.module.css';
import { toMinuteWords } from '../../ui/to-minute-words.ts';
import { usePageTitle } from '../../ui/use-page-title.ts';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';
import { toChangeWords, type ValueNames } from './to-change-words.ts';

type Entry = AuditLog['data'][number];

/** Who changed what, and when. Nothing here can be changed or taken away. */
export function AuditSection() {
  const words = useWords('settings');
  usePageTitle(words('audit'));
  const log = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) => settingsApi.audit(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  if (log.error && !log.data)
    return <LoadError what={words('theAudit')} error={log.error} onRetry={() => log.refetch()} />;
  const entries = log.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <div className={section.head}>
        <h1 className={section.title}>{words('audit')}</h1>
        <Button component="a" href="/api/audit-log/export.csv" download variant="default">
          {words('saveCsv')}
        </Button>
      </div>
      <section className={panel.panel} aria-label={words('whatWasDone')} aria-busy={!entries}>
        {entries ? <Entries entries={entries} /> : <Placeholder width="100%" height={320} />}
        {log.hasNextPage ? (
          <Button variant="default" mt={8} loading={log.isFetchingNextPage} onClick={() => log.fetchNextPage()}>
            {words('showOlder')}
          </Button>
        ) : null}
      </section>
    </>
  );
}

function Entries({ entries }: { readonly entries: readonly Entry[] }) {
  const words = useWords('settings');
  const names = useWords('audit');
  if (entries.length === 0) return <p className={section.note}>{words('nothingChanged')}</p>;
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{words('what')}</th>
          <th scope="col">{words('who')}</th>
          <th scope="col">{words('when')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id}>
            <th scope="row">
              {toActionWords(names, entry.action)}: <bdi>{entry.subject.name}</bdi>
              {toChangeWords(entry.before, entry.after, toValueNames(words, names)).map((line) => (
                <span key={line} className={table.small}>
                  {line}
                </span>
              ))}
            </th>
            <td data-label={words('who')} dir="auto">
              {entry.actor.name}
            </td>
            <td data-label={words('when')}>{toMinuteWords(entry.at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function toValueNames(words: Words<'settings'>, names: Words<'audit'>): ValueNames {
  const toName = (name: string) => toKnown(names, `of_${name}`);
  return { on: words('on'), off: words('off'), none: words('none'), toName };
}

/** "member.role_changed" reads "Member role changed"; an act that a newer server noted reads as it is written. */
function toActionWords(names: Words<'audit'>, action: string): string {
  return toKnown(names, action.replace('.', '_')) ?? action;
}

function toKnown(names: Words<'audit'>, key: string): string | null {
  return names.has(key as keyof Catalogue['audit']) ? names(key as keyof Catalogue['audit']) : null;
}
