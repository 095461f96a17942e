import { Button, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { TemplateAnswer } from '../../../src/contract/signature-template.ts';
import { ApiProblem } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { Confirm } from '../../ui/confirm.tsx';
import panel from '../../ui/panel.module.css';
import { TemplatePreview } from './template-preview.tsx';
import { TemplateTargetsForm } from './template-targets-form.tsx';
import { type TemplateDraft, type TemplateTargets, templatesApi } from './templates-api.ts';
import styles from './templates-page.module.css';
import { toOwnFieldLines, toOwnFields } from './to-own-fields.ts';

/** A template under the pen; `id` is null until it is saved. */
export interface Edited extends TemplateDraft {
  readonly key: string;
  readonly id: string | null;
  readonly targets: TemplateTargets;
}

interface Props {
  readonly edited: Edited;
  /** What every template may say as {{field}}. */
  readonly fields: readonly string[];
  readonly onSaved: (saved: TemplateAnswer) => void;
  readonly onRemoved: () => void;
}

/** Left what is written, right how it looks for a real person; below for whom it is. */
export function TemplateEditor({ edited, fields, onSaved, onRemoved }: Props) {
  const words = useWords('signature');
  const [name, setName] = useState(edited.name);
  const [html, setHtml] = useState(edited.html);
  const [own, setOwn] = useState(toOwnFieldLines(edited.ownFields));
  const [targets, setTargets] = useState(edited.targets);
  const save = useSave(edited.id, onSaved);
  const faults = save.error instanceof ApiProblem ? save.error.fields : {};
  const ownFault = Object.entries(faults).find(([field]) => field.startsWith('ownFields'))?.[1];
  return (
    <section className={`${panel.panel} ${styles.editor}`} aria-label={edited.name || words('newBlank')}>
      <div className={styles.columns}>
        <div className={styles.form}>
          <TextInput
            label={words('name')}
            value={name}
            maxLength={80}
            error={faults.name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label={words('html')}
            description={words('htmlHint', { fields: fields.map((field) => `{{${field}}}`).join(' ') })}
            value={html}
            error={faults.html}
            autosize
            minRows={10}
            maxRows={22}
            spellCheck={false}
            classNames={{ input: styles.code }}
            onChange={(event) => setHtml(event.currentTarget.value)}
          />
          <Textarea
            label={words('ownFields')}
            description={words('ownFieldsHint')}
            placeholder="booking_link = https://…"
            value={own}
            error={ownFault}
            autosize
            minRows={2}
            spellCheck={false}
            classNames={{ input: styles.code }}
            onChange={(event) => setOwn(event.currentTarget.value)}
          />
        </div>
        <TemplatePreview html={html} ownFields={own} />
      </div>
      <TemplateTargetsForm targets={targets} onChange={setTargets} />
      <Foot
        edited={edited}
        isSaving={save.isPending}
        isSaved={save.isSuccess}
        fault={save.error}
        onSave={() => save.mutate({ draft: { name, html, ownFields: toOwnFields(own) }, targets })}
        onRemoved={onRemoved}
      />
    </section>
  );
}

interface FootProps {
  readonly edited: Edited;
  readonly isSaving: boolean;
  readonly isSaved: boolean;
  readonly fault: Error | null;
  readonly onSave: () => void;
  readonly onRemoved: () => void;
}

function Foot({ edited, isSaving, isSaved, fault, onSave, onRemoved }: FootProps) {
  const words = useWords('signature');
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const { id, name } = edited;
  const remove = useMutation({
    mutationFn: () => (id === null ? Promise.resolve(null) : templatesApi.remove(id)),
    onSuccess: () => {
      for (const key of ['templates', 'signature']) void client.invalidateQueries({ queryKey: [key] });
      onRemoved();
    },
  });
  const reason = (fault ?? remove.error)?.message;
  return (
    <div className={styles.foot}>
      <Button loading={isSaving} onClick={onSave}>
        {words('save')}
      </Button>
      {id === null ? null : (
        <Button variant="subtle" color="red" loading={remove.isPending} onClick={() => setAsked(true)}>
          {words('remove')}
        </Button>
      )}
      <p role="status" className={panel.quiet}>
        {isSaved && !fault ? words('saved') : ''}
      </p>
      <p role="alert" className={styles.failure}>
        {reason ? words('notSaved', { reason }) : ''}
      </p>
      <Confirm
        asked={
          isAsked
            ? { title: words('removeTitle', { name }), words: words('removeWords'), doLabel: words('remove') }
            : null
        }
        onDo={() => remove.mutate()}
        onClose={() => setAsked(false)}
      />
    </div>
  );
}

/** The template first: only what is stored can be given to anybody. */
function useSave(id: string | null, onSaved: (saved: TemplateAnswer) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ draft, targets }: { draft: TemplateDraft; targets: TemplateTargets }) => {
      const saved = id === null ? await templatesApi.make(draft) : await templatesApi.change(id, draft);
      onSaved(saved);
      return templatesApi.assign(saved.id, targets);
    },
    onSuccess: (saved) => {
      onSaved(saved);
      for (const key of ['templates', 'signature']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}
