import { Kbd, Modal } from '@mantine/core';
import styles from './shortcuts-help.module.css';

const SHORTCUTS = [
  { keys: ['g', 'e'], does: 'Go to Engagement' },
  { keys: ['g', 's'], does: 'Go to Signature' },
  { keys: ['d'], does: 'Engagement: today' },
  { keys: ['w'], does: 'Engagement: this week' },
  { keys: ['m'], does: 'Engagement: this month' },
  { keys: ['?'], does: 'This list' },
] as const;

export function ShortcutsHelp({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
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
        {SHORTCUTS.map(({ keys, does }) => (
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
