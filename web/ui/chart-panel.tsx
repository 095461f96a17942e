import { Button } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { useWords } from '../messages/use-words.ts';
import styles from './chart-panel.module.css';
import panel from './panel.module.css';
import { Placeholder } from './placeholder.tsx';
import { toExactWords } from './to-count-words.ts';
import { type Cell, toCsvText } from './to-csv-text.ts';

/** The figures behind a chart: the first cell of a row names it. */
export interface ChartTable {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Such as "daily-opens.csv". */
  readonly fileName: string;
}

interface Props {
  readonly title: string;
  /** Null while loading. */
  readonly table: ChartTable | null;
  /** Hidden from screen readers by whoever draws it: they have the table. */
  readonly children: ReactNode;
  readonly className?: string | undefined;
}

/** A chart, its figures as a table (on request for eyes, always for screen readers) and as a file. */
export function ChartPanel({ title, table, children, className = '' }: Props) {
  const words = useWords('shell');
  const titleId = useId();
  const [isTable, setTable] = useState(false);
  return (
    <section
      className={`${panel.panel} ${styles.section} ${className}`}
      aria-labelledby={titleId}
      aria-busy={table === null}
    >
      <header className={styles.head}>
        <h2 id={titleId} className={panel.heading}>
          {title}
        </h2>
        {table === null ? null : (
          <div className={styles.acts}>
            {isTable ? <CsvButton table={table} /> : null}
            <Button variant="subtle" size="compact-sm" onClick={() => setTable(!isTable)}>
              {words(isTable ? 'showChart' : 'showTable')}
            </Button>
          </div>
        )}
      </header>
      {table === null ? (
        <div className={styles.waiting}>
          <Placeholder width="100%" height="100%" />
        </div>
      ) : (
        <>
          {isTable ? null : children}
          <Figures table={table} isShown={isTable} />
        </>
      )}
    </section>
  );
}

function Figures({ table, isShown }: { readonly table: ChartTable; readonly isShown: boolean }) {
  return (
    // Wide tables scroll sideways in their own frame, and by keyboard too.
    <div className={isShown ? styles.shown : styles.hidden} {...(isShown ? { tabIndex: 0 } : {})}>
      <table className={styles.table}>
        <caption className={styles.hidden}>{table.caption}</caption>
        <thead>
          <tr>
            {table.head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(([name, ...cells]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, index) => (
                <td key={table.head[index + 1]}>{toCellWords(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function toCellWords(cell: Cell): string {
  return cell === null ? '–' : typeof cell === 'number' ? toExactWords(cell) : cell;
}

/** Made here of what is on the screen, so that the file says the same. */
function CsvButton({ table }: { readonly table: ChartTable }) {
  const words = useWords('shell');
  const save = () => {
    const address = URL.createObjectURL(new Blob([toCsvText([table.head, ...table.rows])], { type: 'text/csv' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = table.fileName;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Button variant="subtle" size="compact-sm" onClick={save}>
      {words('saveCsv')}
    </Button>
  );
}
