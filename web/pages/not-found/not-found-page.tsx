import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useWords } from '../../messages/use-words.ts';
import { usePageTitle } from '../../ui/use-page-title.ts';
import styles from './not-found-page.module.css';

export function NotFoundPage() {
  const words = useWords('shell');
  usePageTitle(words('noSuchPage'));
  return (
    <section className={styles.page}>
      <h1 className={styles.title}>{words('noSuchPageTitle')}</h1>
      <p className={styles.words}>{words('noSuchPageWords')}</p>
      <Button component={Link} href="/" variant="default">
        {words('goStart')}
      </Button>
    </section>
  );
}
