import type { SendResult, SendTools } from '../destination-kind.ts';
import type { SafeAnswer } from '../safe-fetch.ts';
import { SendError } from '../safe-fetch.ts';
import { hideCredentials } from './hide-credentials.ts';

export interface HookCall {
  readonly url: string;
  readonly body: object;
  /** What must not come back in `answer`. */
  readonly credentials: readonly (string | null)[];
}

/** One POST of JSON to a chat's webhook. `read` says what the answer means; no answer is a retry. */
export async function tryHook(
  call: HookCall,
  { fetch, timeoutMs }: Pick<SendTools, 'fetch' | 'timeoutMs'>,
  read: (answer: SafeAnswer) => SendResult,
): Promise<SendResult> {
  const hide = (text: string) => hideCredentials(text, call.credentials);
  try {
    const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'MailTracker/1' };
    const answer = await fetch(call.url, { method: 'POST', headers, body: JSON.stringify(call.body), timeoutMs });
    return read({ ...answer, text: hide(answer.text) });
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    return { outcome: 'retry', status: null, answer: hide(error.message), reason: error.fault };
  }
}
