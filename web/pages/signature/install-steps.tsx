import { Tabs } from '@mantine/core';
import { useWords } from '../../messages/use-words.ts';
import { ClientPicture } from './client-picture.tsx';
import styles from './install-steps.module.css';

const CLIENTS = [
  { id: 'gmail', picture: 'page', steps: ['gmail1', 'gmail2', 'gmail3', 'gmail4'] },
  { id: 'outlookNew', picture: 'panel', steps: ['outlookNew1', 'outlookNew2', 'outlookNew3'] },
  { id: 'outlookClassic', picture: 'dialog', steps: ['outlookClassic1', 'outlookClassic2', 'outlookClassic3'] },
  { id: 'outlookWeb', picture: 'panel', steps: ['outlookWeb1', 'outlookWeb2', 'outlookWeb3'] },
  { id: 'apple', picture: 'columns', steps: ['apple1', 'apple2', 'apple3'] },
  { id: 'thunderbird', picture: 'code', steps: ['thunderbird1', 'thunderbird2', 'thunderbird3'] },
] as const;

/** Where the signature goes, per mail program. */
export function InstallSteps() {
  const words = useWords('signature');
  return (
    <section className={styles.install} aria-labelledby="install-title">
      <h2 id="install-title" className={styles.title}>
        {words('installTitle')}
      </h2>
      <Tabs defaultValue="gmail" keepMounted={false}>
        <Tabs.List className={styles.tabs}>
          {CLIENTS.map(({ id }) => (
            <Tabs.Tab key={id} value={id}>
              {words(id)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {CLIENTS.map(({ id, picture, steps }) => (
          <Tabs.Panel key={id} value={id} className={styles.panel}>
            <ClientPicture kind={picture} alt={words('pictureAlt', { client: words(id) })} />
            <ol className={styles.steps}>
              {steps.map((step) => (
                <li key={step}>{words(step)}</li>
              ))}
            </ol>
          </Tabs.Panel>
        ))}
      </Tabs>
      <p className={styles.quiet}>{words('installNote')}</p>
    </section>
  );
}
