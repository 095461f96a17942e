import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { useSession } from '../../session.ts';
import { LoadError } from '../../ui/load-error.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { CopyActions } from './copy-actions.tsx';
import { Embedded } from './embedded.tsx';
import { InstallSteps } from './install-steps.tsx';
import { InstallTest } from './install-test.tsx';
import { MailPreview } from './mail-preview.tsx';
import { RotatePixel } from './rotate-pixel.tsx';
import styles from './signature-page.module.css';
import { SilentWarning } from './silent-warning.tsx';

/** How do I get my signature, with its pixel, into my mail? */
export function SignaturePage() {
  const words = useWords('signature');
  usePageTitle(words('title'));
  const session = useSession();
  const signature = useQuery({ queryKey: ['signature'], queryFn: api.signature });
  const person = session.data?.person;
  if (signature.error && !signature.data) {
    return <LoadError what={words('what')} error={signature.error} onRetry={() => signature.refetch()} />;
  }
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>{words('heading')}</h1>
        {person && person.role !== 'member' ? (
          <Link href="/signature/templates" className={styles.templates}>
            {words('templatesLink')}
          </Link>
        ) : null}
      </header>
      <SilentWarning userId={person?.userId ?? null} />
      <div className={styles.columns}>
        <MailPreview signature={signature.data} from={person ? `${person.name} <${person.email}>` : ''} />
        <div className={styles.side}>
          <CopyActions signature={signature.data} />
          <Embedded signature={signature.data} />
          <InstallSteps />
          <InstallTest />
          {signature.data?.pixelUrl ? <RotatePixel /> : null}
        </div>
      </div>
    </>
  );
}
