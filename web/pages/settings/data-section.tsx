import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { SessionResponse } from '../../../src/contract/session.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { EraseMember, EraseOrganization } from './erase.tsx';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';

/** What is kept, how to take it along, and how to end it. Destructive things stand last. */
export function DataSection({ person }: { readonly person: SessionResponse }) {
  const words = useWords('settings');
  usePageTitle(words('data'));
  const isAdmin = person.role !== 'member';
  return (
    <>
      <h1 className={section.title}>{words('data')}</h1>
      <p className={section.lead}>{words('dataLead')}</p>
      {isAdmin ? <Kept /> : null}
      <section className={`${panel.panel} ${isAdmin ? section.block : ''}`} aria-labelledby="export-title">
        <h2 id="export-title" className={section.heading}>
          {words('exportTitle')}
        </h2>
        <div className={section.buttons}>
          {isAdmin ? (
            <Button component="a" href="/api/privacy/export?of=organization" download variant="default">
              {words('exportOrganization')}
            </Button>
          ) : null}
          <Button component="a" href="/api/privacy/export" download variant="default">
            {words('exportMine')}
          </Button>
        </div>
        <p className={section.note}>{words('exportWords')}</p>
      </section>
      {isAdmin ? (
        <>
          <EraseMember person={person} />
          <EraseOrganization person={person} />
        </>
      ) : null}
    </>
  );
}

function Kept() {
  const words = useWords('settings');
  const settings = useQuery({ queryKey: ['tracking-settings'], queryFn: settingsApi.tracking });
  return (
    <section className={panel.panel} aria-labelledby="kept-title" aria-busy={!settings.data}>
      <h2 id="kept-title" className={section.heading}>
        {words('keptTitle')}
      </h2>
      {settings.data ? (
        <p>{words('keptOpens', { days: `${settings.data.retention_days}` })}</p>
      ) : (
        <Placeholder width="100%" height={20} />
      )}
      <p>{words('keptReaders')}</p>
      <p className={section.note}>
        {words.rich('keptChange', { link: (text) => <Link href="/settings/tracking">{text}</Link> })}
      </p>
    </section>
  );
}
