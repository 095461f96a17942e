import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runClassify } from './classify.ts';

const GMAIL = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classify-'));
  vi.stubEnv('DATA_DIR', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Collects what is written; `isStalled` holds the first write back until it is released. */
class Sink extends Writable {
  text = '';
  release: (() => void) | null = null;
  private readonly isStalled: boolean;

  constructor(isStalled = false) {
    super({ highWaterMark: 1024 });
    this.isStalled = isStalled;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    if (this.isStalled && this.release === null) this.release = done;
    else done();
  }

  get lines(): Record<string, unknown>[] {
    return this.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }
}

async function run(chunks: Iterable<string>, words: readonly string[] = []) {
  const output = new Sink();
  const errors = new Sink();
  const code = await runClassify(words, { input: Readable.from(chunks), output, errors });
  return { code, lines: output.lines, errors: errors.text };
}

describe('mailtracker classify', () => {
  test('answers each line in the documented shape', async () => {
    const { code, lines } = await run([JSON.stringify({ ua: GMAIL, ip: '66.249.84.1' })]);
    expect(code).toBe(0);
    expect(lines).toEqual([
      {
        verdict: 'proxy_open',
        confidence: 'certain',
        reason: 'gmail_open',
        explanation: expect.stringContaining('Gmail'),
        device: 'unknown',
        client: 'Gmail',
        network: 'google_proxy',
        rulesVersion: expect.any(Number),
      },
    ]);
  });

  test.each([
    ['no address', { ua: GMAIL }, 'proxy_open', 'gmail_open', 'unknown'],
    ['an address of nobody’s', { ua: GMAIL, ip: '203.0.113.4' }, 'bot', 'gmail_spoofed', 'eyeball'],
    ['IPv6', { ua: GMAIL, ip: '2001:4860:4801:4001::5' }, 'proxy_open', 'gmail_open', 'google_proxy'],
    [
      'a prefetch header in any case',
      { ua: 'x', headers: { 'SEC-Purpose': 'prefetch;prerender' } },
      'prefetch',
      'prefetch_header',
      'unknown',
    ],
    ['a repeated header', { ua: 'x', headers: { Purpose: ['', 'preview'] } }, 'prefetch', 'prefetch_header', 'unknown'],
    ['HEAD', { ua: GMAIL, ip: '66.249.84.1', method: 'head' }, 'bot', 'head_request', 'google_proxy'],
    ['an empty agent', { ua: '' }, 'bot', 'agent_missing', 'unknown'],
    ['more than is known', { ua: 'curl/8.1', note: 'from a log' }, 'bot', 'library_agent', 'unknown'],
  ])('%s', async (_, request, ...expected) => {
    const { lines } = await run([JSON.stringify(request)]);
    expect(lines.map(({ verdict, reason, network }) => [verdict, reason, network])).toEqual([expected]);
  });

  test('names bad lines by number, goes on, and ends with 1', async () => {
    const { code, lines, errors } = await run([
      '{"ua":"curl/8"}\n\nnope\n{"ua":5}\n{"ua":"x","ip":"1.2.3"}\n[]\n{"ua":""}',
    ]);
    expect(code).toBe(1);
    expect(lines).toHaveLength(2);
    expect(errors.match(/^line \d+/gm)).toEqual(['line 3', 'line 4', 'line 5', 'line 6']);
    expect(errors).toMatch(/line 4: "ua"/);
    expect(errors).toMatch(/line 5: "ip"/);
  });

  test('never repeats an address, not even a bad one, in what it writes', async () => {
    const { errors, lines } = await run([
      '{"ua":"x","ip":"198.51.100.77x"}\n{"ua":"x","ip":"198.51.100.77"}\n{"ua":"x","ip":198.51.100.77}\n',
    ]);
    expect(`${errors}${JSON.stringify(lines)}`).not.toContain('198.51');
  });

  test('takes lines as they are cut into chunks', async () => {
    const text = `${JSON.stringify({ ua: 'naïve/1.0 Zürich' })}\r\n${JSON.stringify({ ua: 'Mozilla/5.0' })}\n`;
    const { lines, errors } = await run(text);
    expect(errors).toBe('');
    expect(lines.map(({ reason }) => reason)).toEqual(['library_agent', 'apple_prefetch']);
  });

  test('refuses a line without end in bounded memory', async () => {
    function* endless() {
      yield '{"ua":"';
      for (let index = 0; index < 400; index += 1) yield 'x'.repeat(65_536);
      yield '"}\n{"ua":"curl/8"}\n';
    }
    const before = process.memoryUsage().heapUsed;
    const { code, lines, errors } = await run(endless());
    expect([code, lines.length]).toEqual([1, 1]);
    expect(errors).toMatch(/^line 1: /);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(16 * 1024 * 1024);
  });

  test('reads on only as fast as its output is taken', async () => {
    let given = 0;
    function* lines() {
      for (; given < 5000; given += 1) yield '{"ua":"Mozilla/5.0"}\n';
    }
    const output = new Sink(true);
    const ended = runClassify([], { input: Readable.from(lines()), output, errors: new Sink() });
    await vi.waitFor(() => expect(output.writableNeedDrain).toBe(true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toBeLessThan(200);
    output.release?.();
    expect(await ended).toBe(0);
    expect(output.lines).toHaveLength(5000);
  });

  test('ends without a word when its reader leaves', async () => {
    const output = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const errors = new Sink();
    function* lines() {
      for (;;) yield '{"ua":"Mozilla/5.0"}\n';
    }
    expect(await runClassify([], { input: Readable.from(lines()), output, errors })).toBe(0);
    expect(errors.text).toBe('');
  });

  test('reads a file where one is named, and says so where it is missing', async () => {
    const file = join(folder, 'requests.jsonl');
    await writeFile(file, '{"ua":"Mozilla/5.0"}\n');
    expect((await run([], [file])).lines).toHaveLength(1);
    await expect(run([], [join(folder, 'missing')])).rejects.toThrow(/ENOENT/);
    await expect(run([], ['one', 'two'])).rejects.toThrow(/at most one file/);
  });
});
