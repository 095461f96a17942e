import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { ApiProblem } from '../api.ts';
import styles from './entry-form.module.css';

/** The words typed, by field name. */
export type Words = Readonly<Record<string, string>>;

interface Props {
  readonly children: (errors: Words) => ReactNode;
  readonly submitLabel: string;
  /** What must be typed, and what to say where it is not. */
  readonly required: Words;
  readonly onSubmit: (words: Words) => Promise<void>;
  /** Among other sections the button is as wide as its words, as theirs are. */
  readonly isSection?: boolean;
}

/**
 * A form whose fields are named as the server names them: a problem lands at its field, anything else above the button.
 * What was typed is kept, and the first wrong field gets the cursor.
 */
export function EntryForm({ children, submitLabel, required, onSubmit, isSection = false }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<Words>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);

  const show = (fields: Words, message: string | null) => {
    setErrors(fields);
    setFailure(message);
    const first = [...(form.current?.elements ?? [])].find((field) => 'name' in field && `${field.name}` in fields);
    if (first instanceof HTMLElement) first.focus();
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = readWords(event.currentTarget);
    const missing = Object.fromEntries(Object.entries(required).filter(([name]) => words[name]?.trim() === ''));
    show(missing, null);
    if (Object.keys(missing).length > 0) return;
    setSending(true);
    await onSubmit(words).catch((error: Error) => {
      const fields = error instanceof ApiProblem ? keepKnown(error.fields, words) : {};
      show(fields, Object.keys(fields).length > 0 ? null : error.message);
    });
    setSending(false);
  };

  return (
    <form ref={form} className={styles.form} onSubmit={submit} noValidate>
      {children(errors)}
      <div role="alert">{failure === null ? null : <p className={styles.failure}>{failure}</p>}</div>
      <div>
        <Button type="submit" fullWidth={!isSection} size={isSection ? 'sm' : 'md'} loading={isSending}>
          {submitLabel}
        </Button>
      </div>
    </form>
  );
}

function readWords(form: HTMLFormElement): Words {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, `${value}`]));
}

function keepKnown(fields: Words, words: Words): Words {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name in words)
      .map(([name, detail]) => [name, `${detail.charAt(0).toUpperCase()}${detail.slice(1)}`]),
  );
}
