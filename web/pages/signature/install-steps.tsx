import { Tabs } from '@mantine/core';
import styles from './install-steps.module.css';

const CLIENTS = [
  {
    id: 'gmail',
    label: 'Gmail',
    steps: [
      'Open Settings (the gear), then “See all settings”.',
      'In General, scroll to Signature and choose “Create new”.',
      'Paste, then pick it under Signature defaults for new mail and for replies.',
      'Save Changes at the foot of the page.',
    ],
  },
  {
    id: 'outlook',
    label: 'Outlook',
    steps: [
      'New Outlook and Outlook on the web: Settings, Account, Signatures, “New signature”. Paste and save.',
      'Classic Outlook: File, Options, Mail, “Signatures…”, “New”. Paste and choose OK.',
      'Choose it for new messages and for replies.',
    ],
  },
  {
    id: 'apple',
    label: 'Apple Mail',
    steps: [
      'Open Mail, Settings, Signatures, pick your account and press +.',
      'Untick “Always match my default message font”.',
      'Paste over what is there and close the window.',
    ],
  },
  {
    id: 'thunderbird',
    label: 'Thunderbird',
    steps: [
      'Use “Copy HTML code” above.',
      'Open Account Settings and pick your account.',
      'Tick “Use HTML” under Signature text and paste the code there.',
    ],
  },
] as const;

export function InstallSteps() {
  return (
    <section className={styles.install} aria-labelledby="install-title">
      <h2 id="install-title" className={styles.title}>
        Put it into your mail program
      </h2>
      <Tabs defaultValue="gmail" keepMounted={false}>
        <Tabs.List className={styles.tabs}>
          {CLIENTS.map(({ id, label }) => (
            <Tabs.Tab key={id} value={id}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {CLIENTS.map(({ id, steps }) => (
          <Tabs.Panel key={id} value={id} className={styles.panel}>
            <ol className={styles.steps}>
              {steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </Tabs.Panel>
        ))}
      </Tabs>
      <p className={styles.quiet}>
        Then send a mail. When it is opened, Engagement shows it within seconds. Your own look at a sent mail in Gmail
        counts too: Google fetches the image, and that cannot be told apart.
      </p>
    </section>
  );
}
