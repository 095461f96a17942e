import { type IncomingMessage, request } from 'node:http';

/** One server-sent event as it came. */
export interface Told {
  /** Its entry in the organization's log. */
  readonly position: number;
  readonly event: string;
  readonly data: { readonly id?: string; readonly rule?: string; readonly campaignId?: string | null };
}

/** A screen that keeps what it is told as bytes and looks into them later: reading costs the measured machine little. */
export interface Watcher {
  readonly isEnded: boolean;
  /** Of the last event; null before any. */
  lastId(): string | null;
  told(): readonly Told[];
  cut(): void;
}

export interface Ticket {
  readonly headers: Readonly<Record<string, string>>;
  readonly lastId?: string | null;
}

/** Answers when the stream has begun. */
export async function openWatcher(url: string, { headers, lastId = null }: Ticket): Promise<Watcher> {
  const all = lastId === null ? headers : { ...headers, 'last-event-id': lastId };
  const asking = request(new URL('/api/live', url), { headers: all, agent: false });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.on('response', resolve).on('error', reject).end();
  });
  if (answer.statusCode !== 200) throw new Error(`the stream was answered with ${answer.statusCode}`);
  const chunks: Buffer[] = [];
  let isEnded = false;
  const began = new Promise<void>((resolve) => {
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      resolve();
    });
  });
  answer
    .on('error', () => undefined)
    .on('close', () => {
      isEnded = true;
    });
  await began;
  const readText = () => Buffer.concat(chunks).toString('utf8');
  return {
    get isEnded() {
      return isEnded;
    },
    lastId: () => [...readText().matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? null,
    told: () => readText().split('\n\n').slice(0, -1).flatMap(toTold),
    cut: () => void asking.destroy(),
  };
}

function toTold(frame: string): readonly Told[] {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
  const [id, event, data] = [field('id'), field('event'), field('data')];
  if (id === undefined || event === undefined || data === undefined) return [];
  return [{ position: Number(id.split('.')[1]), event, data: JSON.parse(data) as Told['data'] }];
}
