import { Button } from '@mantine/core';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import table from '../../ui/table.module.css';
import { RULE_NAMES } from './rule-names.ts';
import section from './section.module.css';
import type { Precision, Suggestion } from './signals-api.ts';
import styles from './signals-section.module.css';

interface Props {
  /** Undefined where it could not be read: the rules can be changed without it. */
  readonly precision: Precision | undefined;
  readonly suggestions: readonly Suggestion[];
  readonly onTry: (suggestion: Suggestion) => void;
}

/** What people said of each rule's signals, never without how many they were. */
export function SignalPrecision({ precision, suggestions, onTry }: Props) {
  const words = useWords('signals');
  if (!precision) return null;
  return (
    <section className={panel.panel} aria-labelledby="precision-title">
      <h2 id="precision-title" className={section.heading}>
        {words('precisionTitle', { days: precision.days })}
      </h2>
      <PrecisionTable rows={precision.data} />
      <Suggestions suggestions={suggestions} onTry={onTry} />
    </section>
  );
}

function PrecisionTable({ rows }: { readonly rows: Precision['data'] }) {
  const words = useWords('signals');
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{words('rule')}</th>
          <th scope="col" className={table.number}>
            {words('raised')}
          </th>
          <th scope="col" className={table.number}>
            {words('answered')}
          </th>
          <th scope="col">{words('right')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ rule, raised, answered, noise, precision, isEnough }) => (
          <tr key={rule}>
            <th scope="row">{words(RULE_NAMES[rule])}</th>
            <td data-label={words('raised')} className={table.number}>
              {raised}
            </td>
            <td data-label={words('answered')} className={table.number}>
              {answered}
            </td>
            <td data-label={words('right')}>
              {precision === null
                ? words('rightUnknown')
                : words(isEnough ? 'rightOf' : 'rightFew', { percent: precision, right: answered - noise, answered })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Suggestions({ suggestions, onTry }: Pick<Props, 'suggestions' | 'onTry'>) {
  const words = useWords('signals');
  if (suggestions.length === 0) return null;
  return (
    <ul className={styles.suggestions} aria-label={words('suggestions')}>
      {suggestions.map((suggestion) => {
        const { rule, noise, of, change } = suggestion;
        const name = words(RULE_NAMES[rule]);
        return (
          <li key={rule}>
            <span>
              {change === null
                ? words('suggestOff', { rule: name, noise, of })
                : words('suggestStricter', { rule: name, noise, of, from: change.from, to: change.to })}
            </span>
            <Button size="compact-sm" variant="default" onClick={() => onTry(suggestion)}>
              {words('tryIt')}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
