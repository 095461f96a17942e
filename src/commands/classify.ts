import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { systemClock } from '../kit/clock.ts';
import { createLog } from '../kit/log.ts';
import { openNetworks } from '../networks/open-networks.ts';
import { classifyLine, type LineTools } from './classify-line.ts';
import { type Command, UsageError } from './command.ts';

export const classifyCommand: Command = {
  name: 'classify',
  summary: 'judge requests given as JSON lines, and say why',
  help: `
Usage: mailtracker classify [file]

Reads one JSON object a line from the file or from standard input:
  {"ua": "...", "ip": "...", "method": "GET", "headers": {"sec-purpose": "prefetch"}}     all but "ua" optional
and writes one a line to standard output:
  {"verdict","confidence","reason","explanation","device","client","network","rulesVersion"}

Addresses are looked up in the lists of DATA_DIR/networks where "networks update" was run, else in the shipped ones.
A HEAD request is judged bot, head_request: the collector never records one. A line that cannot be read is named on
standard error by its number, the others go on, and the exit code is 1.

Example: echo '{"ua":"Mozilla/5.0"}' | mailtracker classify`,
  run: (words) => runClassify(words, { input: process.stdin, output: process.stdout, errors: process.stderr }),
};

export interface ClassifyIo {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
}

/** Answers 0, or 1 when a line could not be read. Reads on only as fast as the output takes what was written. */
export async function runClassify(words: readonly string[], io: ClassifyIo): Promise<number> {
  const { positionals } = parseArgs({ args: [...words], options: {}, allowPositionals: true, strict: true });
  const [file, ...others] = positionals;
  if (others.length > 0) throw new UsageError('expected at most one file');
  const tools = await openLineTools();
  try {
    return await classifyAll(file === undefined ? io.input : createReadStream(file), io, tools);
  } catch (error) {
    // Whoever takes the output, such as `head`, may leave before the end: then the work is done.
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return 0;
    throw error;
  }
}

async function openLineTools(): Promise<LineTools> {
  const config = readConfig(process.env);
  const networks = await openNetworks({
    folder: join(config.dataDir, 'networks'),
    clock: systemClock,
    log: createLog(config.logLevel === 'info' ? 'warn' : config.logLevel),
  });
  return {
    toNetworkClass: (address) => networks.toNetworkClass(address),
    networksAgeDays: networks.ageDays('google_proxy'),
  };
}

async function classifyAll(input: Readable, { output, errors }: ClassifyIo, tools: LineTools): Promise<number> {
  // `write` below reports the error; without a listener it would end the process first.
  output.on('error', () => undefined);
  let number = 0;
  let bad = 0;
  for await (const lines of toLines(input)) {
    let text = '';
    for (const line of lines) {
      number += 1;
      const answer = classifyLine(line, tools);
      if (answer === null) continue;
      if ('error' in answer) {
        bad += 1;
        errors.write(`line ${number}: ${answer.error}\n`);
      } else text += `${JSON.stringify(answer)}\n`;
    }
    if (text !== '') await write(output, text);
  }
  return bad > 0 ? 1 : 0;
}

async function write(output: Writable, text: string): Promise<void> {
  if (output.errored) throw output.errored;
  if (!output.write(text)) await once(output, 'drain');
}

/** A longer line is no request; it is handed on cut, which makes it unreadable JSON. */
const LINE_CHARS_MAX = 65_536;

/** The lines of each chunk that ended in it. */
async function* toLines(input: Readable): AsyncGenerator<readonly string[]> {
  input.setEncoding('utf8');
  let rest = '';
  for await (const chunk of input) {
    const parts = (rest + chunk).split('\n');
    rest = (parts.pop() ?? '').slice(0, LINE_CHARS_MAX + 1);
    if (parts.length > 0) yield parts.map((line) => line.slice(0, LINE_CHARS_MAX));
  }
  if (rest !== '') yield [rest.slice(0, LINE_CHARS_MAX)];
}
