import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import type { WidgetOrigins } from '../../../src/contract/widget.ts';
import { request } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { OnceShown } from './once-shown.tsx';
import section from './section.module.css';
import styles from './widget-section.module.css';

const PATH = '/api/admin/widget-origins';
const KEY = ['widget-origins'];

/** Whose pages may show a member's engagement in a frame, and how they ask for it. */
export function WidgetSection() {
  const words = useWords('signals');
  usePageTitle(words('widget'));
  const found = useQuery({ queryKey: KEY, queryFn: () => request<WidgetOrigins>('GET', PATH) });
  if (found.error && !found.data)
    return <LoadError what={words('theOrigins')} error={found.error} onRetry={() => found.refetch()} />;
  return (
    <>
      <h1 className={section.title}>{words('widget')}</h1>
      <p className={section.lead}>{words('widgetLead')}</p>
      <section className={panel.panel} aria-label={words('origins')} aria-busy={!found.data}>
        {found.data ? <OriginsForm saved={found.data.origins} /> : <Placeholder width="100%" height={200} />}
      </section>
      <section className={`${panel.panel} ${section.block}`} aria-labelledby="embed-title">
        <h2 id="embed-title" className={section.heading}>
          {words('embedTitle')}
        </h2>
        <p>{words.rich('embedKey', { link: (text) => <Link href="/settings/keys">{text}</Link> })}</p>
        <pre className={styles.code}>{toQuestion(window.location.origin)}</pre>
        <OnceShown label={words('embedCode')} text={FRAME} copyLabel={words('embedCopy')}>
          {words('embedFrame')}
        </OnceShown>
      </section>
    </>
  );
}

const FRAME =
  '<iframe src="…" title="My email engagement" width="100%" height="720" style="border:0" referrerpolicy="no-referrer"></iframe>';

function toQuestion(origin: string): string {
  return `curl -X POST ${origin}/api/widget-links \\
  -H "Authorization: Bearer $MAILTRACKER_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"userId": "…", "hours": 1}'`;
}

function OriginsForm({ saved }: { readonly saved: readonly string[] }) {
  const words = useWords('signals');
  const client = useQueryClient();
  const [text, setText] = useState(saved.join('\n'));
  const save = useMutation({
    mutationFn: (origins: string[]) => request<WidgetOrigins>('PUT', PATH, { origins }),
    onSuccess: (stored) => {
      client.setQueryData(KEY, stored);
      setText(stored.origins.join('\n'));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const lines = text.split('\n').map((line) => line.trim());
    save.mutate(lines.filter((line) => line !== ''));
  };
  return (
    <form className={section.form} onSubmit={submit} noValidate>
      <Textarea
        label={words('origins')}
        description={words('originsHint')}
        placeholder={ORIGIN_EXAMPLE}
        rows={4}
        spellCheck={false}
        value={text}
        error={save.error !== null}
        onChange={(event) => {
          save.reset();
          setText(event.currentTarget.value);
        }}
      />
      <div role="alert">
        {save.error ? <p className={section.failure}>{words('notSaved', { reason: save.error.message })}</p> : null}
      </div>
      <div className={section.buttons}>
        <Button type="submit" loading={save.isPending}>
          {words('save')}
        </Button>
        <span role="status">{save.isSuccess ? words('saved') : ''}</span>
      </div>
    </form>
  );
}

const ORIGIN_EXAMPLE = 'https://portal.example';
