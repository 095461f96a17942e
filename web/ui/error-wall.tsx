import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import styles from './load-error.module.css';

interface Props {
  readonly children: ReactNode;
}

/** The last stop for a fault of ours: says so and offers to load the page again, instead of a blank screen. */
export class ErrorWall extends Component<Props, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <main className={styles.panel} role="alert">
        <h1 className={styles.title}>This page broke</h1>
        <p className={styles.words}>The fault is ours, and no open is lost: they are counted on the server.</p>
        <Button variant="default" onClick={() => window.location.reload()}>
          Load again
        </Button>
      </main>
    );
  }
}
