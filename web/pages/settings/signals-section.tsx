import { Button, NumberInput, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { SignalRulesAnswer } from '../../../src/contract/signal-rules.ts';
import { ApiProblem } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { LoadError } from '../../ui/load-error.tsx';
import panel from '../../ui/panel.module.css';
import { Placeholder } from '../../ui/placeholder.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { RULE_NAMES } from './rule-names.ts';
import section from './section.module.css';
import { SignalPrecision } from './signal-precision.tsx';
import { type Rule, type Suggestion, signalsApi } from './signals-api.ts';
import styles from './signals-section.module.css';

const KEY = ['signal-rules'];
const RULES = Object.keys(RULE_NAMES) as Rule[];
const WORTH = {
  hot: 'aboutHot',
  back_on_mobile: 'aboutBackOnMobile',
  revived: 'aboutRevived',
  spreading: 'aboutSpreading',
  unusual: 'aboutUnusual',
} as const;
const NUMBERS = {
  opens: 'numberOpens',
  withinMinutes: 'numberWithinMinutes',
  quietDays: 'numberQuietDays',
  readers: 'numberReaders',
  withinHours: 'numberWithinHours',
  times: 'numberTimes',
  cooldownMinutes: 'numberCooldown',
  heatMinutes: 'numberHeat',
} as const;
type NumberName = keyof typeof NUMBERS;

/** How often each rule was right, and the numbers that it goes by. */
export function SignalsSection() {
  const words = useWords('signals');
  usePageTitle(words('signals'));
  const client = useQueryClient();
  const rules = useQuery({ queryKey: KEY, queryFn: signalsApi.rules });
  const precision = useQuery({ queryKey: ['signal-precision'], queryFn: signalsApi.precision });
  const suggestions = useQuery({ queryKey: ['signal-suggestions'], queryFn: signalsApi.suggestions });
  const [draft, setDraft] = useState<SignalRulesAnswer | null>(null);
  const save = useMutation({
    mutationFn: signalsApi.saveRules,
    onSuccess: (stored) => {
      client.setQueryData(KEY, stored);
      setDraft(null);
      void client.invalidateQueries({ queryKey: ['signal-suggestions'] });
    },
  });
  if (rules.error && !rules.data)
    return <LoadError what={words('theRules')} error={rules.error} onRetry={() => rules.refetch()} />;
  const shown = draft ?? rules.data;
  // All at once: what stands below would be pushed down by what comes later above it.
  if (!shown || precision.isPending || suggestions.isPending)
    return (
      <div aria-busy="true">
        <h1 className={section.title}>{words('signals')}</h1>
        <Placeholder width="100%" height={600} />
      </div>
    );
  const change = <Name extends Rule>(rule: Name, more: Partial<SignalRulesAnswer[Name]>) => {
    save.reset();
    setDraft({ ...shown, [rule]: { ...shown[rule], ...more } });
  };
  return (
    <>
      <h1 className={section.title}>{words('signals')}</h1>
      <p className={section.lead}>{words('signalsLead')}</p>
      <SignalPrecision
        precision={precision.data}
        suggestions={suggestions.data?.data ?? []}
        onTry={(suggestion) => change(suggestion.rule, toChange(suggestion))}
      />
      <section className={`${panel.panel} ${section.block}`} aria-labelledby="rules-title">
        <h2 id="rules-title" className={section.heading}>
          {words('rulesTitle')}
        </h2>
        <RulesForm draft={shown} isChanged={draft !== null} save={save} onChange={change} />
      </section>
    </>
  );
}

function toChange({ change }: Suggestion): Readonly<Record<string, number | boolean>> {
  return change === null ? { isOn: false } : { [change.field]: change.to };
}

interface FormProps {
  readonly draft: SignalRulesAnswer;
  readonly isChanged: boolean;
  readonly save: {
    readonly mutate: (rules: SignalRulesAnswer) => void;
    readonly error: Error | null;
    readonly isPending: boolean;
    readonly isSuccess: boolean;
  };
  readonly onChange: (rule: Rule, more: Readonly<Record<string, number | boolean>>) => void;
}

function RulesForm({ draft, isChanged, save, onChange }: FormProps) {
  const words = useWords('signals');
  const errors = save.error instanceof ApiProblem ? save.error.fields : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  return (
    <form className={styles.rules} onSubmit={submit} noValidate>
      {RULES.map((rule) => (
        <fieldset key={rule} className={styles.rule} aria-label={words(RULE_NAMES[rule])}>
          <Switch
            label={<strong>{words(RULE_NAMES[rule])}</strong>}
            aria-label={words('isOn', { rule: words(RULE_NAMES[rule]) })}
            description={words(WORTH[rule])}
            checked={draft[rule].isOn}
            onChange={(event) => onChange(rule, { isOn: event.currentTarget.checked })}
          />
          <div className={styles.numbers}>
            {toNumbers(draft[rule]).map(([name, value]) => (
              <NumberInput
                key={name}
                label={words(NUMBERS[name])}
                aria-label={words('numberOf', { number: words(NUMBERS[name]), rule: words(RULE_NAMES[rule]) })}
                value={value}
                allowDecimal={false}
                allowNegative={false}
                hideControls
                disabled={!draft[rule].isOn}
                error={errors[`${rule}.${name}`]}
                onChange={(typed) => onChange(rule, { [name]: Number(typed) })}
              />
            ))}
          </div>
        </fieldset>
      ))}
      <div role="alert">
        {save.error ? <p className={section.failure}>{words('notSaved', { reason: save.error.message })}</p> : null}
      </div>
      <div className={section.buttons}>
        <Button type="submit" loading={save.isPending} disabled={!isChanged}>
          {words('saveRules')}
        </Button>
        <span role="status">{save.isSuccess ? words('rulesSaved') : ''}</span>
      </div>
    </form>
  );
}

function toNumbers(rule: SignalRulesAnswer[Rule]): [NumberName, number][] {
  return (Object.keys(NUMBERS) as NumberName[]).flatMap((name) => {
    const value = (rule as Readonly<Partial<Record<NumberName, number>>>)[name];
    return value === undefined ? [] : [[name, value] as [NumberName, number]];
  });
}
