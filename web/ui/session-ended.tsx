import { Button, Modal } from '@mantine/core';
import type { SessionResponse } from '../../src/contract/session.ts';
import { useWords } from '../messages/use-words.ts';
import { useForgetPerson, useStartSession } from '../session.ts';
import styles from './session-ended.module.css';
import { SignInSteps } from './sign-in-steps.tsx';

/** Over the page whose session ended: it stays as it is underneath, with what was typed. */
export function SessionEnded({ person }: { readonly person: SessionResponse }) {
  const words = useWords('shell');
  const startSession = useStartSession();
  const forget = useForgetPerson();
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={words('sessionEnded')}
      centered
      styles={{ content: { background: 'var(--surface)' }, header: { background: 'var(--surface)' } }}
    >
      <p className={styles.words}>{words('sessionEndedWords', { email: person.email })}</p>
      <SignInSteps email={person.email} onSignedIn={startSession} />
      <Button className={styles.other} variant="subtle" size="compact-sm" onClick={forget}>
        {words('otherPerson')}
      </Button>
    </Modal>
  );
}
