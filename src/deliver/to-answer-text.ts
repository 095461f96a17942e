import { redact } from '../kit/redact.ts';

const BYTES_MAX = 2_048;

/** What is kept of a receiver's answer: its first 2 kB, without our credentials, addresses of mail and of machines. */
export function toAnswerText(text: string, secrets: readonly (string | null)[]): string {
  let plain = text.slice(0, BYTES_MAX * 2);
  for (const secret of secrets) if (secret !== null && secret !== '') plain = plain.replaceAll(secret, '[redacted]');
  // PostgreSQL holds no NUL.
  const shown = redact(plain.replace(CONTROLS, ' '), BYTES_MAX);
  return Buffer.from(shown)
    .subarray(0, BYTES_MAX)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it takes out
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
