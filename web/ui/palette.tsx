import { Modal } from '@mantine/core';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import type { SessionResponse } from '../../src/contract/session.ts';
import { useWords } from '../messages/use-words.ts';
import styles from './palette.module.css';
import { type PaletteEntry, usePaletteEntries } from './use-palette-entries.ts';

interface Props {
  readonly person: SessionResponse;
  readonly onClose: () => void;
}

/** Pages, acts, people and campaigns, found by typing: arrows choose, Enter does. */
export function Palette({ person, onClose }: Props) {
  const words = useWords('shell');
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(0);
  const [said, setSaid] = useState<string | null>(null);
  const list = useId();
  const entries = usePaletteEntries(person, search);
  const chosen = entries[Math.min(at, entries.length - 1)];
  const run = async (entry: PaletteEntry | undefined) => {
    const answer = await entry?.run();
    if (typeof answer === 'string') setSaid(answer);
    else if (entry) onClose();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((before) => (Math.min(before, entries.length - 1) + step + entries.length) % Math.max(1, entries.length));
    }
    if (event.key === 'Enter') void run(chosen);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size={560}
      yOffset="10vh"
      aria-label={words('palette')}
      styles={{ content: { background: 'var(--surface)' } }}
    >
      <input
        ref={focus}
        className={styles.search}
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={chosen ? `${list}${chosen.id}` : undefined}
        aria-label={words('paletteSearch')}
        placeholder={words('paletteSearch')}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <Entries list={list} entries={entries} chosen={chosen} onRun={run} onPoint={setAt} />
      <p className={styles.said} role="status">
        {said ?? (entries.length === 0 ? words('paletteNothing') : '')}
      </p>
    </Modal>
  );
}

/** With the field itself: the dialog's own focus comes a moment later, and the first letters went to the page. */
function focus(field: HTMLInputElement | null): void {
  field?.focus();
}

interface EntriesProps {
  readonly list: string;
  readonly entries: readonly PaletteEntry[];
  readonly chosen: PaletteEntry | undefined;
  readonly onRun: (entry: PaletteEntry) => Promise<void>;
  readonly onPoint: (index: number) => void;
}

function Entries({ list, entries, chosen, onRun, onPoint }: EntriesProps) {
  const words = useWords('shell');
  useEffect(() => {
    if (chosen) document.getElementById(`${list}${chosen.id}`)?.scrollIntoView({ block: 'nearest' });
  }, [list, chosen]);
  return (
    <div id={list} role="listbox" aria-label={words('paletteResults')} className={styles.list}>
      {entries.map((entry, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field above keeps the keyboard and speaks for the list.
        <div
          key={entry.id}
          id={`${list}${entry.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={entry === chosen}
          className={styles.entry}
          onMouseMove={() => onPoint(index)}
          onClick={() => void onRun(entry)}
        >
          <span dir="auto" className={styles.label}>
            {entry.label}
          </span>
          <span className={styles.kind}>{entry.kind}</span>
        </div>
      ))}
    </div>
  );
}
