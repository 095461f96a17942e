import { useEffect, useRef } from 'react';

/** Keys, or two keys one after the other as "g e", and what each does. */
export type Shortcuts = Readonly<Record<string, () => void>>;

/** The second key of a pair must come within this time. */
const PAIR_WINDOW_MS = 1_500;

/** Listens while the calling part is on screen. Typing, and keys held with Ctrl, Alt or Meta, are left alone. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => {
    let first = { key: '', at: 0 };
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target)) return;
      const isPair = event.timeStamp - first.at < PAIR_WINDOW_MS;
      const run = (isPair && current.current[`${first.key} ${event.key}`]) || current.current[event.key];
      first = { key: event.key, at: event.timeStamp };
      if (!run) return;
      event.preventDefault();
      run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== 'radio' && target.type !== 'checkbox';
  return (
    target.isContentEditable ||
    ['TEXTAREA', 'SELECT'].includes(target.tagName) ||
    target.closest('[role=menu]') !== null
  );
}
