import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERIFY_SNIPPETS } from '../../web/pages/settings/destinations/verify-snippets.ts';
import { readBlocks } from '../rules/read-commands.ts';

// The lines that the screen offers to receivers, run as they stand against requests signed by the official library.

const run = promisify(execFile);
const RUN_MS_MAX = 110_000;
/** Go compiles its own library once: some 10 s the first time, none afterwards. */
const GO_CACHE = join(import.meta.dirname, '../../node_modules/.cache/go-build');
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const old = `whsec_${randomBytes(32).toString('base64')}`;
const body = JSON.stringify({ type: 'signal_raised', data: { title: 'Größe & 🔔 عرض' } });
const ID = 'b6378268-feeb-4d8e-9963-da49330ca50e';

interface Case {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isOurs: boolean;
}

const CASES: readonly Case[] = [
  { name: 'signed now', headers: sign(secret), body, isOurs: true },
  { name: 'both secrets of a rotation', headers: both(sign(old), sign(secret)), body, isOurs: true },
  { name: 'another secret', headers: sign(old), body, isOurs: false },
  { name: 'another body', headers: sign(secret), body: body.replace('signal', 'Signal'), isOurs: false },
  { name: 'another id', headers: { ...sign(secret), 'webhook-id': 'x' }, body, isOurs: false },
  { name: 'ten minutes old', headers: sign(secret, -600), body, isOurs: false },
  { name: 'from the future', headers: sign(secret, 600), body, isOurs: false },
  { name: 'no time', headers: { ...sign(secret), 'webhook-timestamp': 'soon' }, body, isOurs: false },
  { name: 'no signature', headers: { ...sign(secret), 'webhook-signature': '' }, body, isOurs: false },
  { name: 'a signature cut short', headers: { ...sign(secret), 'webhook-signature': 'v1,AAAA' }, body, isOurs: false },
  { name: 'no headers at all', headers: {}, body, isOurs: false },
];
const EXPECTED = CASES.map(({ name, isOurs }) => `${name}: ${isOurs}`);

const hasPython = await find('python3', ['-c', 'import sys; assert sys.version_info >= (3, 9)']);
const hasGo = await find('go', ['version']);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtracker-snippets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('docs/webhooks.md shows these very lines', async () => {
  const page = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const shown = readBlocks(page).map(({ text }) => text);
  expect(shown).toEqual(expect.arrayContaining(Object.values(VERIFY_SNIPPETS)));
});

describe('requests are told from others', () => {
  test('in TypeScript', async () => {
    await write('verify.ts', VERIFY_SNIPPETS.TypeScript);
    const { isFromMailTracker } = (await import(join(folder, 'verify.ts'))) as {
      isFromMailTracker(secret: string, headers: Headers, body: string): boolean;
    };
    const told = CASES.map((one) => `${one.name}: ${isFromMailTracker(secret, new Headers(one.headers), one.body)}`);
    expect(told).toEqual(EXPECTED);
  });

  test.runIf(hasPython)('in Python', async () => {
    await write('verify.py', VERIFY_SNIPPETS.Python);
    await write('cases.json', JSON.stringify(CASES));
    await write(
      'run.py',
      [
        'import json',
        'from verify import is_from_mailtracker',
        'for case in json.load(open("cases.json", encoding="utf-8")):',
        `    told = is_from_mailtracker("${secret}", case["headers"], case["body"].encode())`,
        '    print(f\'{case["name"]}: {str(told).lower()}\')',
      ].join('\n'),
    );
    const { stdout } = await run('python3', ['run.py'], { cwd: folder, timeout: RUN_MS_MAX });
    expect(stdout.trim().split('\n')).toEqual(EXPECTED);
  });

  test.runIf(hasGo)('in Go', async () => {
    await write('go/go.mod', 'module receiver\n\ngo 1.18\n');
    await write('go/webhook/webhook.go', VERIFY_SNIPPETS.Go);
    await write('go/cases.json', JSON.stringify(CASES));
    await write('go/main.go', GO_MAIN);
    const settings = { GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local', GOCACHE: GO_CACHE };
    const { stdout } = await run('go', ['run', '.', secret], {
      cwd: join(folder, 'go'),
      timeout: RUN_MS_MAX,
      env: { ...process.env, ...settings },
    });
    expect(stdout.trim().split('\n')).toEqual(EXPECTED);
  });
});

const GO_MAIN = `package main

import (
	"encoding/json"
	"fmt"
	"os"
	"receiver/webhook"
	"strings"
)

type header map[string]string

func (all header) Get(name string) string { return all[strings.ToLower(name)] }

func main() {
	text, _ := os.ReadFile("cases.json")
	var cases []struct {
		Name    string
		Headers map[string]string
		Body    string
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		panic(err)
	}
	for _, one := range cases {
		told := webhook.IsFromMailTracker(os.Args[1], header(one.Headers), []byte(one.Body))
		fmt.Printf("%s: %t\\n", one.Name, told)
	}
}
`;

function sign(by: string, secondsAway = 0): Record<string, string> {
  const at = new Date(Date.now() + secondsAway * 1_000);
  return {
    'webhook-id': ID,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(by).sign(ID, at, body),
  };
}

function both(first: Record<string, string>, second: Record<string, string>): Record<string, string> {
  return { ...second, 'webhook-signature': `${first['webhook-signature']} ${second['webhook-signature']}` };
}

async function write(name: string, text: string): Promise<void> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
}

/** Whether this machine can run it at all. */
async function find(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, [...args]).then(
    () => true,
    () => false,
  );
}
