import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { silentPixelsSchema } from '../../../src/contract/install-test.ts';
import { request } from '../../api.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { toDayWords } from '../../ui/to-day-words.ts';
import styles from './silent-warning.module.css';

type Silent = z.infer<typeof silentPixelsSchema>;

/** Whose pixel nothing has loaded for three working days: one's own, and for an admin everybody's. */
export function SilentWarning({ userId }: { readonly userId: string | null }) {
  const words = useWords('signature');
  const silent = useQuery({
    queryKey: ['silent-pixels'],
    queryFn: () => request<Silent>('GET', '/api/signatures/silent'),
  });
  const own = silent.data?.data.find((pixel) => pixel.userId === userId);
  const others = silent.data?.data.filter((pixel) => pixel.userId !== userId) ?? [];
  return (
    <>
      {own ? (
        <section className={styles.warning} aria-labelledby="silent-title">
          <h2 id="silent-title" className={styles.title}>
            {words('silentTitle')}
          </h2>
          <p>
            {own.lastSeenAt === null ? words('silentNever') : words('silentSince', { day: toDayWords(own.lastSeenAt) })}{' '}
            {words('silentHelp')}
          </p>
        </section>
      ) : null}
      {others.length > 0 ? <Others others={others} words={words} /> : null}
    </>
  );
}

function Others({ others, words }: { readonly others: Silent['data']; readonly words: Words<'signature'> }) {
  return (
    <section className={styles.warning} aria-labelledby="silent-others-title">
      <h2 id="silent-others-title" className={styles.title}>
        {words('silentOthersTitle')}
      </h2>
      <p>{words('silentOthersWords', { count: others.length })}</p>
      <details>
        <summary>{words('silentOthersShow')}</summary>
        <ul className={styles.people}>
          {others.map(({ userId, name, lastSeenAt }) => (
            <li key={userId}>
              <strong>{name}</strong>{' '}
              <span>{lastSeenAt === null ? words('never') : words('lastLoaded', { day: toDayWords(lastSeenAt) })}</span>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
