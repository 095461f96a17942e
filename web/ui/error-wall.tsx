import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { readWords } from '../messages/use-words.ts';
import styles from './load-error.module.css';

interface Props {
  readonly children: ReactNode;
  /** What stands inside the frame is one page: its main landmark is there already. */
  readonly isPage?: boolean;
}

/**
 * The last stop for a fault of ours, and for a page whose code could not be fetched: says so and offers to load it
 * again, instead of a blank screen.
 */
export class ErrorWall extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const words = readWords('shell');
    const isMissing = /dynamically imported|module script|Importing a module/i.test(error.message);
    const Frame = this.props.isPage ? 'section' : 'main';
    return (
      <Frame className={styles.panel}>
        <div role="alert">
          <h1 className={styles.title}>{words(isMissing ? 'pageNotLoadedTitle' : 'brokenTitle')}</h1>
          <p className={styles.words}>{words(isMissing ? 'pageNotLoadedWords' : 'brokenWords')}</p>
        </div>
        <Button variant="default" onClick={() => window.location.reload()}>
          {words('loadAgain')}
        </Button>
      </Frame>
    );
  }
}
