// Requests as mail clients send them: many pixels, many addresses, the agents of readers, proxies and machines in about
// the shares that senders report. Made once, sent many times: the generator must cost little beside the server.

export const REQUESTS = 20_000;
const ADDRESSES = 16_384;

/** Whole HTTP/1.1 requests for one host; the same for the same seed. `known`: of these members' pixels, none unknown. */
export function toPixelRequests(host: string, known: readonly string[] = []): readonly Buffer[] {
  const random = createRandom(1);
  const tokens = Array.from({ length: REQUESTS }, (_, n) => known[n % known.length] ?? toToken(random));
  return tokens.map((token) => {
    const kind = known.length > 0 || random() < 0.7 ? 'u' : 'p';
    const address = Math.floor(random() * ADDRESSES);
    return Buffer.from(
      `GET /api/t/${kind}/${token}.gif HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${toAgent(random)}\r\nAccept: image/avif,image/webp,image/png,image/*;q=0.8,*/*;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\nX-Forwarded-For: 198.18.${address >> 8}.${address & 255}\r\n\r\n`,
    );
  });
}

/** Marsaglia's xorshift32: the same sequence on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function toToken(random: () => number): string {
  return Array.from({ length: 24 }, () => LETTERS[Math.floor(random() * 64)]).join('');
}

/** Share of the hits, and the agent; # stands for a version that varies. */
const AGENTS: readonly (readonly [number, string])[] = [
  [0.28, 'Mozilla/5.0'],
  [0.24, 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'],
  [
    0.12,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_# like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  ],
  [
    0.1,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/14#.0.0.0 Safari/537.36',
  ],
  [
    0.08,
    'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; Microsoft Outlook 16.0.1#326; ms-office)',
  ],
  [
    0.06,
    'Mozilla/5.0 (Linux; Android 1#; SM-S921B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/14#.0.0.0 Mobile Safari/537.36',
  ],
  [0.05, 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)'],
  [0.04, 'Mozilla/5.0 (X11; Linux x86_64; rv:128.#) Gecko/20100101 Thunderbird/128.#.0'],
  [0.03, 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html'],
];
const REST = 'python-requests/2.3#.0';

function toAgent(random: () => number): string {
  let rest = random();
  const found = AGENTS.find(([share]) => {
    rest -= share;
    return rest < 0;
  });
  return (found?.[1] ?? REST).replaceAll('#', () => String(Math.floor(random() * 10)));
}
