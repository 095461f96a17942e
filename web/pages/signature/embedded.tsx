import { Link } from 'wouter';
import type { Signature } from '../../../src/contract/signature.ts';
import { useWords } from '../../messages/use-words.ts';
import { isLoopback } from '../../ui/is-loopback.ts';
import { Placeholder } from '../../ui/placeholder.tsx';
import styles from './embedded.module.css';

/** What the copied signature holds besides the words. */
export function Embedded({ signature }: { readonly signature: Signature | undefined }) {
  const words = useWords('signature');
  return (
    <section className={styles.embedded} aria-labelledby="embedded-title" aria-busy={!signature}>
      <h2 id="embedded-title" className={styles.title}>
        {words('embeddedTitle')}
      </h2>
      {signature ? <Pixels signature={signature} /> : <Placeholder width="80%" height={40} />}
    </section>
  );
}

const REASONS = {
  campaign: 'byCampaign',
  member: 'byMember',
  department: 'byDepartment',
  organization: 'byOrganization',
  default: 'byDefault',
} as const;

function Pixels({ signature }: { readonly signature: Signature }) {
  const words = useWords('signature');
  const { pixelUrl, campaigns, template } = signature;
  const local = [pixelUrl, ...campaigns.map((campaign) => campaign.pixelUrl)].find(
    (url) => url !== null && isLoopback(url),
  );
  return (
    <>
      <ul className={styles.pixels}>
        {pixelUrl === null ? null : (
          <li>
            <strong>{words('yourPixel')}</strong>
            <span>{words('yourPixelHint')}</span>
          </li>
        )}
        {campaigns.map(({ id, name, variant }) => (
          <li key={id}>
            <Link href={`/campaigns/${id}`}>{name}</Link>
            <span>{variant === null ? words('campaignHint') : words('variantHint', { label: variant })}</span>
          </li>
        ))}
        <li>
          <strong>
            {words('template')}: {template.name}
          </strong>
          <span>{words(REASONS[template.assignedBy])}</span>
        </li>
      </ul>
      {pixelUrl === null && campaigns.length === 0 ? <p className={styles.note}>{words('nothingEmbedded')}</p> : null}
      {local ? <p className={styles.note}>{words('localPixel', { host: new URL(local).host })}</p> : null}
    </>
  );
}
