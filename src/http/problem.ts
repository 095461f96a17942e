import { STATUS_CODES } from 'node:http';
import type { ProblemDocument } from '../contract/problem.ts';

/** Thrown anywhere in a request; answered as a problem document (RFC 9457). `detail` is read by people. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly code: string | undefined;
  readonly errors: ProblemDocument['errors'];
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, detail: string, more: ProblemExtras = {}) {
    super(detail);
    this.status = status;
    this.title = more.title ?? STATUS_CODES[status] ?? 'Error';
    this.detail = detail;
    this.code = more.code;
    this.errors = more.errors;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }

  toDocument(): ProblemDocument {
    return {
      type: 'about:blank',
      title: this.title,
      status: this.status,
      detail: this.detail,
      ...(this.code === undefined ? {} : { code: this.code }),
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }
}

export interface ProblemExtras {
  readonly title?: string;
  readonly code?: string;
  readonly errors?: ProblemDocument['errors'];
  readonly retryAfterSeconds?: number;
}

export const notFound = (what: string): Problem => new Problem(404, `${what} was not found.`);
export const signedOut = (): Problem => new Problem(401, 'Sign in first.', { code: 'signed_out' });
export const forbidden = (detail: string): Problem => new Problem(403, detail, { code: 'forbidden' });
