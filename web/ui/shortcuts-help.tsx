import { Kbd, Modal } from '@mantine/core';
import styles from './shortcuts-help.module.css';

interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
  readonly isForAdmins?: boolean;
}

const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['g', 'l'], does: 'Go to Live' },
  { keys: ['g', 'e'], does: 'Go to Engagement' },
  { keys: ['g', 'c'], does: 'Go to Campaigns' },
  { keys: ['g', 's'], does: 'Go to Signature' },
  { keys: ['g', 't'], does: 'Go to Team', isForAdmins: true },
  { keys: ['g', 'x'], does: 'Go to Settings' },
  { keys: ['d'], does: 'Engagement: today' },
  { keys: ['w'], does: 'Engagement: this week' },
  { keys: ['m'], does: 'Engagement: this month' },
  { keys: ['?'], does: 'This list' },
];

interface Props {
  readonly isOpen: boolean;
  readonly isAdmin: boolean;
  readonly onClose: () => void;
}

export function ShortcutsHelp({ isOpen, isAdmin, onClose }: Props) {
  return (
    <Modal
      styles={{ content: { background: 'var(--surface)' }, header: { background: 'var(--surface)' } }}
      opened={isOpen}
      onClose={onClose}
      title="Keyboard shortcuts"
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <dl className={styles.list}>
        {SHORTCUTS.filter(({ isForAdmins }) => isAdmin || !isForAdmins).map(({ keys, does }) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
