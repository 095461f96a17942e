/** Own fields as they are written: one a line, name = value. A line without a name is left out. */
export function toOwnFields(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').map((line) => {
    const [name = '', ...value] = line.split('=');
    return [name.trim(), value.join('=').trim()] as const;
  });
  return Object.fromEntries(lines.filter(([name]) => name !== ''));
}

export function toOwnFieldLines(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} = ${value}`)
    .join('\n');
}
