import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { MemberImportReport } from '../../../src/contract/member-import.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import table from '../../ui/table.module.css';
import styles from './member-import.module.css';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';

/** So many wrong lines are shown; more teach nobody. */
const ERRORS_SHOWN_MAX = 50;

/** Many at once: the file is tried first and what is wrong is told by its line; then what fits is added. */
export function MemberImport() {
  const words = useWords('settings');
  const client = useQueryClient();
  const chooser = useRef<HTMLInputElement>(null);
  const trial = useMutation({
    mutationFn: async (file: File) => ({ file, report: await settingsApi.importMembers(file, true) }),
  });
  const adding = useMutation({
    mutationFn: (file: File) => settingsApi.importMembers(file, false),
    onSettled: () => {
      for (const key of ['members', 'departments', 'plan']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const choose = (file: File | undefined) => {
    adding.reset();
    if (file) trial.mutate(file);
  };
  const error = adding.error ?? trial.error;
  return (
    <section className={`${panel.panel} ${section.block}`} aria-labelledby="import-title">
      <h2 id="import-title" className={section.heading}>
        {words('importTitle')}
      </h2>
      <p className={section.note}>{words('importLead')}</p>
      <input
        ref={chooser}
        className={styles.file}
        type="file"
        accept=".csv,text/csv"
        aria-label={words('importFile')}
        tabIndex={-1}
        onChange={(event) => {
          choose(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      <div role="status">
        {trial.isPending ? <p>{words('importChecking', { name: trial.variables.name })}</p> : null}
        {trial.data && !adding.data ? <Found report={trial.data.report} /> : null}
        {adding.data ? <p>{words('importDone', { count: adding.data.imported })}</p> : null}
      </div>
      <div role="alert">
        {error ? <p className={section.failure}>{words('notDone', { problem: error.message })}</p> : null}
      </div>
      <div className={section.buttons}>
        {trial.data && !adding.data && trial.data.report.imported > 0 ? (
          <Button loading={adding.isPending} onClick={() => adding.mutate(trial.data.file)}>
            {words('importNow', { count: trial.data.report.imported })}
          </Button>
        ) : null}
        <Button variant="default" loading={trial.isPending} onClick={() => chooser.current?.click()}>
          {words(trial.data ? 'importAgain' : 'importChoose')}
        </Button>
      </div>
    </section>
  );
}

function Found({ report }: { readonly report: MemberImportReport }) {
  const words = useWords('settings');
  const { rows, imported, failed, errors, ignoredColumns } = report;
  return (
    <div className={styles.found}>
      <p>
        {words('importFound', { rows, fit: imported, failed })} {failed > 0 && imported > 0 ? words('importFixed') : ''}
      </p>
      {ignoredColumns.length > 0 ? (
        <p className={section.note}>{words('importIgnored', { columns: ignoredColumns.join(', ') })}</p>
      ) : null}
      {errors.length > ERRORS_SHOWN_MAX ? <p>{words('importFirst', { count: `${ERRORS_SHOWN_MAX}` })}</p> : null}
      {errors.length > 0 ? (
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{words('importLine')}</th>
              <th scope="col">{words('importField')}</th>
              <th scope="col">{words('importReason')}</th>
            </tr>
          </thead>
          <tbody>
            {errors.slice(0, ERRORS_SHOWN_MAX).map(({ line, field, reason }) => (
              <tr key={`${line} ${field} ${reason}`}>
                <th scope="row">{line}</th>
                <td data-label={words('importField')}>{field ?? '–'}</td>
                <td data-label={words('importReason')}>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </div>
  );
}
