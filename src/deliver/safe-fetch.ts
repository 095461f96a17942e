/** One request to where a tenant pointed us. Throws SendError, and nothing else, when there is no answer. */
export type SafeFetch = (url: string, request: SafeRequest) => Promise<SafeAnswer>;

export interface SafeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole exchange, body included. */
  readonly timeoutMs: number;
}

export interface SafeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** At most ANSWER_BYTES_MAX; a longer one is cut, not refused. */
  readonly text: string;
}

export const ANSWER_BYTES_MAX = 65_536;

export type SendFault = 'blocked' | 'timeout' | 'unreachable' | 'reset' | 'tls';

/** No answer. `blocked`: the address leads inside; the others are the network's. */
export class SendError extends Error {
  readonly fault: SendFault;
  constructor(fault: SendFault, message: string) {
    super(message);
    this.fault = fault;
  }
}
