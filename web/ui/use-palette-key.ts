import { useEffect, useRef } from 'react';

const isApple = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform);

/** What people press for the palette, as it stands on their keys. */
export const PALETTE_KEYS = isApple ? '⌘K' : 'Ctrl K';

/** ⌘K or Ctrl+K, also while typing: it is the way out of a field for those who use no mouse. */
export function usePaletteKey(onPress: () => void): void {
  const press = useRef(onPress);
  useEffect(() => {
    press.current = onPress;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      press.current();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
