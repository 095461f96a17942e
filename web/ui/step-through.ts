/** What `j` and `k` go through: the names in a page's tables, and whatever says of itself that it is a step. */
const STEPS = 'main [data-step], main tbody th a, main tbody th button';

/** Puts the keyboard on the next or the one before; from nowhere on the first. At the ends it stays. */
export function stepThrough(direction: 1 | -1): void {
  const steps = [...document.querySelectorAll<HTMLElement>(STEPS)].filter((step) => step.offsetParent !== null);
  const at = steps.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? steps[0] : steps[at + direction];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}
