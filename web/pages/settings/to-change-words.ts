/** How the values that have no words of their own are said. */
export interface ValueNames {
  readonly on: string;
  readonly off: string;
  readonly none: string;
  /** The name of what changed; null where it has no words of its own. */
  readonly toName?: (name: string) => string | null;
}

type Values = Readonly<Record<string, unknown>> | null;

/** "retention days: 90 → 30", one for each thing that changed. */
export function toChangeWords(before: Values, after: Values, names: ValueNames): string[] {
  const changed = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return changed.map((name) => {
    const words = names.toName?.(name) ?? toWords(name);
    if (before === null || !(name in before)) return `${words}: ${toValueWords(after?.[name], names)}`;
    return `${words}: ${toValueWords(before[name], names)} → ${toValueWords(after?.[name], names)}`;
  });
}

function toWords(name: string): string {
  return name
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

function toValueWords(value: unknown, names: ValueNames): string {
  if (value === null || value === undefined || value === '') return names.none;
  if (value === true) return names.on;
  if (value === false) return names.off;
  if (Array.isArray(value)) return value.map((item) => toValueWords(item, names)).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`;
}
