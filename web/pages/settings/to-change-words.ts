type Values = Readonly<Record<string, unknown>> | null;

/** "retention days: 90 → 30", one for each thing that changed. */
export function toChangeWords(before: Values, after: Values): string[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names.map((name) => {
    const words = toWords(name);
    if (before === null || !(name in before)) return `${words}: ${toValueWords(after?.[name])}`;
    return `${words}: ${toValueWords(before[name])} → ${toValueWords(after?.[name])}`;
  });
}

function toWords(name: string): string {
  return name
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

function toValueWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  if (value === true) return 'on';
  if (value === false) return 'off';
  if (Array.isArray(value)) return value.map(toValueWords).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`;
}
