import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { useSession } from '../../session.ts';
import { LoadError } from '../../ui/load-error.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { CopyActions } from './copy-actions.tsx';
import { Embedded } from './embedded.tsx';
import { InstallSteps } from './install-steps.tsx';
import { MailPreview } from './mail-preview.tsx';
import styles from './signature-page.module.css';

/** How do I get my signature, with its pixel, into my mail? */
export function SignaturePage() {
  usePageTitle('Signature');
  const session = useSession();
  const signature = useQuery({ queryKey: ['signature'], queryFn: api.signature });
  const person = session.data?.person;
  if (signature.error && !signature.data) {
    return <LoadError what="Your signature" error={signature.error} onRetry={() => signature.refetch()} />;
  }
  return (
    <>
      <h1 className={styles.title}>Your signature</h1>
      <div className={styles.columns}>
        <MailPreview signature={signature.data} from={person ? `${person.name} <${person.email}>` : ''} />
        <div className={styles.side}>
          <CopyActions signature={signature.data} />
          <Embedded signature={signature.data} />
          <InstallSteps />
        </div>
      </div>
    </>
  );
}
