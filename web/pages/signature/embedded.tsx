import type { Signature } from '../../../src/contract/signature.ts';
import { isLoopback } from '../../ui/is-loopback.ts';
import { Placeholder } from '../../ui/placeholder.tsx';
import styles from './embedded.module.css';

/** What the copied signature holds besides the words. */
export function Embedded({ signature }: { readonly signature: Signature | undefined }) {
  return (
    <section className={styles.embedded} aria-labelledby="embedded-title" aria-busy={!signature}>
      <h2 id="embedded-title" className={styles.title}>
        What is embedded
      </h2>
      {signature ? <Pixels signature={signature} /> : <Placeholder width="80%" height={40} />}
    </section>
  );
}

function Pixels({ signature }: { readonly signature: Signature }) {
  const { pixelUrl, campaigns } = signature;
  const isLocal = [pixelUrl, ...campaigns.map((campaign) => campaign.pixelUrl)].some(
    (url) => url !== null && isLoopback(url),
  );
  return (
    <>
      <ul className={styles.pixels}>
        {pixelUrl === null ? null : (
          <li>
            <strong>Your pixel</strong>
            <span>counts the opens of all your mail</span>
          </li>
        )}
        {campaigns.map((campaign) => (
          <li key={campaign.id}>
            <strong>{campaign.name}</strong>
            <span>campaign, while it runs</span>
          </li>
        ))}
      </ul>
      {pixelUrl === null && campaigns.length === 0 ? (
        <p className={styles.note}>Nothing: tracking is switched off in your organization, and no open is counted.</p>
      ) : null}
      {isLocal ? (
        <p className={styles.note}>
          The pixel points at this machine ({new URL(pixelUrl ?? campaigns[0]?.pixelUrl ?? '').host}): good for a trial
          here, but readers elsewhere cannot load it. Whoever runs MailTracker sets PUBLIC_URL.
        </p>
      ) : null}
    </>
  );
}
