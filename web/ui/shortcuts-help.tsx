import { Kbd, Modal } from '@mantine/core';
import { useWords } from '../messages/use-words.ts';
import styles from './shortcuts-help.module.css';
import { PALETTE_KEYS } from './use-palette-key.ts';

const SHORTCUTS = [
  { keys: [PALETTE_KEYS], does: 'palette', isForAdmins: false },
  { keys: ['g', 'l'], does: 'goLive', isForAdmins: false },
  { keys: ['g', 'e'], does: 'goEngagement', isForAdmins: false },
  { keys: ['g', 'c'], does: 'goCampaigns', isForAdmins: false },
  { keys: ['g', 's'], does: 'goSignature', isForAdmins: false },
  { keys: ['g', 't'], does: 'goTeam', isForAdmins: true },
  { keys: ['g', 'x'], does: 'goSettings', isForAdmins: false },
  { keys: ['d'], does: 'periodDay', isForAdmins: false },
  { keys: ['w'], does: 'periodWeek', isForAdmins: false },
  { keys: ['m'], does: 'periodMonth', isForAdmins: false },
  { keys: ['j'], does: 'listNext', isForAdmins: false },
  { keys: ['k'], does: 'listBefore', isForAdmins: false },
  { keys: ['?'], does: 'thisList', isForAdmins: false },
] as const;

interface Props {
  readonly isAdmin: boolean;
  readonly onClose: () => void;
}

export function ShortcutsHelp({ isAdmin, onClose }: Props) {
  const words = useWords('shell');
  return (
    <Modal
      styles={{ content: { background: 'var(--surface)' }, header: { background: 'var(--surface)' } }}
      opened
      onClose={onClose}
      title={words('shortcuts')}
      centered
      closeButtonProps={{ 'aria-label': words('close') }}
    >
      <dl className={styles.list}>
        {SHORTCUTS.filter(({ isForAdmins }) => isAdmin || !isForAdmins).map(({ keys, does }) => (
          <div key={does}>
            <dt>{words(does)}</dt>
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
