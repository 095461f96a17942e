import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { TemplateAnswer, TemplateList } from '../../../src/contract/signature-template.ts';
import { useWords, type Words } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { type Edited, TemplateEditor } from './template-editor.tsx';
import { templatesApi } from './templates-api.ts';
import styles from './templates-page.module.css';

/** Who gets which signature, and how does each look? */
export function TemplatesPage() {
  const words = useWords('signature');
  usePageTitle(words('templatesTitle'));
  const [edited, setEdited] = useState<Edited | null>(null);
  const list = useQuery({ queryKey: ['templates'], queryFn: templatesApi.list });
  if (list.error && !list.data)
    return <LoadError what={words('templatesWhat')} error={list.error} onRetry={() => list.refetch()} />;
  return (
    <>
      <Link href="/signature" className={styles.back}>
        {words('back')}
      </Link>
      <h1 className={styles.title}>{words('templatesTitle')}</h1>
      <p className={styles.lead}>{words('templatesWords')}</p>
      <section className={panel.panel} aria-label={words('templatesTitle')} aria-busy={!list.data}>
        {list.data ? (
          <Choices list={list.data} edited={edited} onEdit={setEdited} words={words} />
        ) : (
          <Placeholder width="100%" height={80} />
        )}
      </section>
      {edited && list.data ? (
        <TemplateEditor
          key={edited.key}
          edited={edited}
          fields={list.data.fields}
          onSaved={(saved) => setEdited({ ...toEdited(saved), key: edited.key })}
          onRemoved={() => setEdited(null)}
        />
      ) : null}
    </>
  );
}

interface ChoicesProps {
  readonly list: TemplateList;
  readonly edited: Edited | null;
  readonly onEdit: (edited: Edited) => void;
  readonly words: Words<'signature'>;
}

function Choices({ list, edited, onEdit, words }: ChoicesProps) {
  const begin = (name: string, html: string) =>
    onEdit({ key: `new ${Date.now()}`, id: null, name, html, ownFields: {}, targets: NOBODY });
  return (
    <div className={styles.choices}>
      {list.data.length === 0 ? <p className={panel.quiet}>{words('none')}</p> : null}
      <ul className={styles.templates}>
        {list.data.map((template) => (
          <li key={template.id}>
            <button
              type="button"
              className={styles.template}
              aria-current={edited?.id === template.id}
              onClick={() => onEdit(toEdited(template))}
            >
              <strong>{template.name}</strong>
              <span>{toTargetWords(template, words)}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className={styles.starters}>
        {list.starters.map(({ key, name, html }) => (
          <Button key={key} variant="default" onClick={() => begin(name, html)}>
            {words('newFrom', { name })}
          </Button>
        ))}
        <Button variant="subtle" onClick={() => begin('', BLANK)}>
          {words('newBlank')}
        </Button>
      </div>
    </div>
  );
}

const NOBODY = { organization: false, departmentIds: [], userIds: [] };
const BLANK = '<p style="font-family:Arial, Helvetica, sans-serif;font-size:13px">{{full_name}}</p>';

function toEdited({ id, name, html, ownFields, assignments }: TemplateAnswer): Edited {
  return { key: id, id, name, html, ownFields, targets: assignments };
}

function toTargetWords({ assignments }: TemplateAnswer, words: Words<'signature'>): string {
  const { organization, departmentIds, userIds } = assignments;
  const parts = [
    ...(organization ? [words('forEveryone')] : []),
    ...(departmentIds.length > 0 ? [words('forDepartments', { count: departmentIds.length })] : []),
    ...(userIds.length > 0 ? [words('forMembers', { count: userIds.length })] : []),
  ];
  return parts.length === 0 ? words('forNobody') : parts.join(', ');
}
