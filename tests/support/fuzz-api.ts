import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createFuzzRequests, type FuzzRequest, type OpenapiDocument } from './fuzz-requests.ts';

/** Whom the requests come from. */
export interface FuzzActor {
  readonly name: string;
  /** Asked now and then: a request may have ended the session. */
  headers(): Promise<Readonly<Record<string, string>>>;
}

export interface FuzzReport {
  readonly requests: number;
  /** Answers by the hundred: "2xx", "4xx"; "none" where the connection was ended instead. */
  readonly answers: Readonly<Record<string, number>>;
  /** Operations that answered 2xx at least once. */
  readonly succeeded: number;
  /** Requests that were answered 5xx. */
  readonly failures: readonly string[];
  /** Requests whose answer held something of the other organization. */
  readonly leaks: readonly string[];
  /** Of the server, in MB: after a tenth of the requests, and at the end. */
  readonly rssMb: readonly [number, number];
}

export interface FuzzOptions {
  readonly url: string;
  readonly pid: number;
  readonly document: OpenapiDocument;
  readonly actors: readonly FuzzActor[];
  readonly ids: readonly string[];
  /** Words that only the other organization has, and no request. */
  readonly secrets: readonly string[];
  readonly count: number;
  readonly seed: number;
}

const LANES = 8;
const RENEW_EVERY = 100;
const ANSWER_MS_MAX = 20_000;
/** Streams do not end by themselves. */
const STREAM_MS_MAX = 50;

export async function fuzzApi(options: FuzzOptions): Promise<FuzzReport> {
  const { url, pid, document, actors, ids, secrets, count, seed } = options;
  const next = createFuzzRequests(document, ids, seed);
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const answers: Record<string, number> = {};
  const succeeded = new Set<string>();
  const failures: string[] = [];
  const leaks: string[] = [];
  let sent = 0;
  let rssEarly = 0;
  const lane = async (place: number): Promise<void> => {
    const actor = actors[place % actors.length] as FuzzActor;
    let own: Readonly<Record<string, string>> = {};
    for (let turn = 0; sent < count; turn += 1) {
      if (turn % RENEW_EVERY === 0) own = await actor.headers();
      if (sent === Math.floor(count / 10)) rssEarly = await readRssMb(pid);
      sent += 1;
      const asked = next();
      const answer = await send(agent, url, { ...asked, headers: { ...own, ...asked.headers } });
      const hundred = answer === null ? 'none' : `${Math.floor(answer.status / 100)}xx`;
      answers[hundred] = (answers[hundred] ?? 0) + 1;
      if (hundred === '2xx') succeeded.add(asked.name);
      if (hundred === '5xx')
        failures.push(`${answer?.status} ${actor.name}: ${toText(asked)} -> ${answer?.text.slice(0, 300)}`);
      if (secrets.some((secret) => answer?.text.includes(secret))) leaks.push(`${actor.name}: ${toText(asked)}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, place) => lane(place)));
  agent.destroy();
  const rssMb = [rssEarly, await readRssMb(pid)] as const;
  return { requests: sent, answers, succeeded: succeeded.size, failures, leaks, rssMb };
}

/** Null when the server ended the connection without an answer. */
function send(
  agent: Agent,
  url: string,
  { method, path, headers, body }: FuzzRequest,
): Promise<{ status: number; text: string } | null> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    let asked: ReturnType<typeof request>;
    try {
      asked = request(
        {
          agent,
          hostname,
          port,
          method,
          path: path.replaceAll(/[^\x21-\x7e]/g, encodeURIComponent),
          headers,
          timeout: ANSWER_MS_MAX,
        },
        (answer) => {
          let text = '';
          const end = () => resolve({ status: answer.statusCode ?? 0, text });
          if (/event-stream/.test(answer.headers['content-type'] ?? ''))
            setTimeout(() => asked.destroy(), STREAM_MS_MAX);
          answer.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          answer.on('end', end).on('error', end).on('close', end);
        },
      );
    } catch {
      resolve(null);
      return;
    }
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', () => resolve(null));
    asked.end(body ?? undefined);
  });
}

function toText({ method, path, body, headers }: FuzzRequest): string {
  const type = headers['content-type'] ?? '';
  return `${method} ${path.slice(0, 300)} ${type} ${body?.slice(0, 300) ?? ''}`;
}

/** 0 where the system does not tell. */
async function readRssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024);
}
