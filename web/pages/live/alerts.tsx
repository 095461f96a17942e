import { Switch } from '@mantine/core';
import { useState } from 'react';
import { type AlertKind, canNotify, isAlertOn, turnAlert } from '../../live/alerts.ts';
import { useWords } from '../../messages/use-words.ts';
import styles from './alerts.module.css';

/** Off until somebody asks for them, in this browser alone. */
export function Alerts() {
  const words = useWords('live');
  const [isRefused, setRefused] = useState(false);
  return (
    <fieldset className={styles.alerts}>
      <legend className={styles.legend}>{words('alerts')}</legend>
      {canNotify() ? <AlertSwitch kind="notify" label={words('notify')} onRefused={setRefused} /> : null}
      <AlertSwitch kind="sound" label={words('sound')} onRefused={setRefused} />
      {isRefused ? (
        <p role="alert" className={styles.refused}>
          {words('notifyRefused')}
        </p>
      ) : null}
    </fieldset>
  );
}

interface SwitchProps {
  readonly kind: AlertKind;
  readonly label: string;
  readonly onRefused: (isRefused: boolean) => void;
}

function AlertSwitch({ kind, label, onRefused }: SwitchProps) {
  const [isOn, setOn] = useState(() => isAlertOn(kind));
  const turn = async (next: boolean): Promise<void> => {
    const isDone = await turnAlert(kind, next);
    onRefused(!isDone);
    if (isDone) setOn(next);
  };
  return <Switch size="sm" label={label} checked={isOn} onChange={(event) => void turn(event.currentTarget.checked)} />;
}
