import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { toPercentile } from './to-percentile.ts';

// Run as a program of its own, so that what is measured beside it does not slow it: reads one JSON line (LoadPlan) and
// answers one (LoadResult) when the line "stop" comes. Each hit asks for a random pixel, from another address,
// on kept-alive connections; a tick that comes late sends what it missed.

export interface LoadPlan {
  readonly url: string;
  readonly hitsPerSecond: number;
  readonly tokens: readonly string[];
  /** Pixels of campaigns, which take one hit in 20. */
  readonly campaignTokens?: readonly string[];
}

export interface LoadResult {
  readonly sent: number;
  readonly answered: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
  /** How late this program itself came at most: so much of an answer's time may be its own. */
  readonly lateMs: number;
}

export interface PixelLoad {
  stop(): Promise<LoadResult>;
}

/** Starts the program and its hits. */
export function startPixelLoad(plan: LoadPlan): PixelLoad {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.write(`${JSON.stringify(plan)}\n`);
  return {
    stop: async () => {
      child.stdin.end('stop\n');
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      await once(child, 'close');
      return JSON.parse(text) as LoadResult;
    },
  };
}

const TICK_MS = 5;
const SOCKETS_MAX = 64;
const CAMPAIGN_PART = 0.05;
const AGENT = 'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)';

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const plan = JSON.parse((await lines.next()).value ?? '') as LoadPlan;
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  const times: number[] = [];
  const began = performance.now();
  let sent = 0;
  let tickedAt = began;
  let lateMs = 0;
  const send = () => {
    const path = toPath(plan);
    const from = `203.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`;
    const asked = performance.now();
    sent += 1;
    get(`${plan.url}${path}`, { agent, headers: { 'user-agent': AGENT, 'x-forwarded-for': from } }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === 200) times.push(performance.now() - asked);
      });
    }).on('error', () => {});
  };
  const timer = setInterval(() => {
    const now = performance.now();
    lateMs = Math.max(lateMs, now - tickedAt - TICK_MS);
    tickedAt = now;
    const due = Math.floor(((now - began) / 1_000) * plan.hitsPerSecond);
    while (sent < due) send();
  }, TICK_MS);
  await lines.next();
  clearInterval(timer);
  const seconds = (performance.now() - began) / 1_000;
  const deadline = performance.now() + 5_000;
  while (times.length < sent && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  agent.destroy();
  times.sort((a, b) => a - b);
  const result: LoadResult = {
    sent,
    answered: times.length,
    seconds,
    p50Ms: toPercentile(times, 0.5),
    p99Ms: toPercentile(times, 0.99),
    slowestMs: times.at(-1) ?? 0,
    lateMs,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function toPath({ tokens, campaignTokens = [] }: LoadPlan): string {
  const isCampaign = campaignTokens.length > 0 && Math.random() < CAMPAIGN_PART;
  const from = isCampaign ? campaignTokens : tokens;
  return `/api/t/${isCampaign ? 'p' : 'u'}/${from[Math.floor(Math.random() * from.length)]}.gif`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
