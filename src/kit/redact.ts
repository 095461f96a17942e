/** Text for a log without people's and machines' addresses and without the values PostgreSQL quotes ("Key (email)=(…)"). */
export function redact(text: string, charsMax = TEXT_CHARS_MAX): string {
  return text
    .slice(0, charsMax)
    .replace(/\([^()]*\)=\([^()]*\)/g, '(…)=(…)')
    .replace(/[^\s"'<>()=,;:]+@[^\s"'<>()=,;:]+/g, '[email]')
    .replace(/\b\d{1,3}(\.\d{1,3}){3}\b/g, '[address]')
    .replace(/(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])/gi, '[address]');
}

const TEXT_CHARS_MAX = 1_000;
