import { Button, Modal } from '@mantine/core';
import { useWords } from '../messages/use-words.ts';
import styles from './confirm.module.css';

interface Props {
  /** What is about to be done; null while nothing is asked. */
  readonly asked: { readonly title: string; readonly words: string; readonly doLabel: string } | null;
  readonly onDo: () => void;
  readonly onClose: () => void;
}

/** Asks before what cannot be taken back; leaving it alone is the easier way. */
export function Confirm({ asked, onDo, onClose }: Props) {
  const words = useWords('shell');
  return (
    <Modal
      opened={asked !== null}
      onClose={onClose}
      title={asked?.title}
      centered
      styles={{ content: { background: 'var(--surface)' }, header: { background: 'var(--surface)' } }}
      closeButtonProps={{ 'aria-label': words('close') }}
    >
      {asked === null ? null : (
        <>
          <p className={styles.words}>{asked.words}</p>
          <div className={styles.buttons}>
            <Button variant="default" onClick={onClose} data-autofocus>
              {words('leaveIt')}
            </Button>
            <Button
              onClick={() => {
                onDo();
                onClose();
              }}
            >
              {asked.doLabel}
            </Button>
          </div>
        </>
      )}
    </Modal>
  );
}
