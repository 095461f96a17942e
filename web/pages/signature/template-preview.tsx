import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useRef, useState } from 'react';
import type { TemplateRendering } from '../../../src/contract/signature-template.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import { settingsApi } from '../settings/settings-api.ts';
import { MailPreview } from './mail-preview.tsx';
import { templatesApi } from './templates-api.ts';
import styles from './templates-page.module.css';
import { toOwnFields } from './to-own-fields.ts';

interface Props {
  readonly html: string;
  /** As they are written. */
  readonly ownFields: string;
}

/** How it looks for a real person while it is being written, and what mail programs would draw otherwise. */
export function TemplatePreview({ html, ownFields }: Props) {
  const words = useWords('signature');
  const [userId, setUserId] = useState('');
  const people = useQuery({
    queryKey: ['preview-people'],
    queryFn: () => settingsApi.members({ search: '', cursor: null }),
  });
  const latest = useRef<TemplateRendering>(undefined);
  const question = useDeferredValue(JSON.stringify({ html, ownFields: toOwnFields(ownFields), userId }));
  const rendering = useQuery({
    queryKey: ['template-preview', question],
    queryFn: async () => {
      const { userId: asked, ...draft } = JSON.parse(question) as Parameters<typeof templatesApi.preview>[0];
      latest.current = await templatesApi.preview(asked ? { ...draft, userId: asked } : draft);
      return latest.current;
    },
    retry: false,
  });
  // While the next one is on its way, and while there is none because of a fault, the one before stays.
  const rendered = rendering.data ?? latest.current;
  const shown = people.data?.data ?? [];
  const person = shown.find((member) => member.userId === userId);
  return (
    <div className={styles.preview}>
      <NativeSelect
        label={words('previewAs')}
        value={userId}
        onChange={(event) => setUserId(event.currentTarget.value)}
        data={[
          { value: '', label: words('previewMe') },
          ...shown.map((member) => ({ value: member.userId, label: member.name })),
        ]}
      />
      {rendering.error ? (
        <div role="status" className={styles.faults}>
          <p>{words('previewFails')}</p>
          <p>{rendering.error.message}</p>
        </div>
      ) : null}
      <MailPreview signature={rendered} from={person ? `${person.name} <${person.email}>` : ''} />
      {rendered && rendered.warnings.length > 0 && !rendering.error ? (
        <ul className={`${panel.small} ${styles.warnings}`} aria-label="Outlook, Gmail">
          {rendered.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
