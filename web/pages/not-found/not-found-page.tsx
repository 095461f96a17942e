import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { usePageTitle } from '../../ui/use-page-title.ts';
import styles from './not-found-page.module.css';

export function NotFoundPage() {
  usePageTitle('No such page');
  return (
    <section className={styles.page}>
      <h1 className={styles.title}>There is no such page</h1>
      <p className={styles.words}>The address may be mistyped, or the page has gone.</p>
      <Button component={Link} href="/" variant="default">
        Go to the start page
      </Button>
    </section>
  );
}
