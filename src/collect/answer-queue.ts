import type { ServerResponse } from 'node:http';
import type { CollectMetrics } from './collect-metrics.ts';
import { answerPixel } from './pixel-answer.ts';
import { PixelLane } from './pixel-lane.ts';

/**
 * The pixels that wait for their hit to be settled, in the order of their positions. Those that are not recorded wait
 * about as long as a group commit takes, so that the time of an answer tells nothing either.
 */
export class AnswerQueue {
  readonly #metrics: CollectMetrics;
  readonly #waitMsMax: number;
  #waiting: WaitingAnswer[] = [];
  #head = 0;
  #unrecorded: WaitingAnswer[] = [];
  #lateTimer: NodeJS.Timeout | null = null;
  #isClosing = false;
  #whenEmpty: (() => void)[] = [];

  constructor(metrics: CollectMetrics, waitMsMax: number = WAIT_MS_MAX) {
    this.#metrics = metrics;
    this.#waitMsMax = waitMsMax;
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  add(response: Answerable, position: number): void {
    this.#waiting.push({ response, position, startedAt: performance.now() });
    if (this.#lateTimer === null) this.#watchForLate(this.#waitMsMax);
  }

  addUnrecorded(response: Answerable): void {
    if (this.#unrecorded.length === 0) setTimeout(this.#answerUnrecorded, UNRECORDED_WAIT_MS);
    this.#unrecorded.push({ response, position: 0, startedAt: performance.now() });
  }

  /** Answers all up to `position`. */
  settle(position: number, isLost: boolean): void {
    const waiting = this.#waiting;
    const now = performance.now();
    const { counts } = this.#metrics;
    for (let answer = waiting[this.#head]; answer !== undefined && answer.position <= position; ) {
      counts[isLost ? 'spool_lost' : 'recorded'] += 1;
      this.#answer(answer, now);
      this.#head += 1;
      answer = waiting[this.#head];
    }
    this.#forgetAnswered();
  }

  /** Resolves when nothing waits. What comes afterwards is still answered, each on its last connection. */
  close(): Promise<void> {
    this.#isClosing = true;
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
      this.#tellEmpty();
    });
  }

  #answerUnrecorded = (): void => {
    const now = performance.now();
    const answers = this.#unrecorded;
    this.#unrecorded = [];
    for (const answer of answers) this.#answer(answer, now);
    this.#tellEmpty();
  };

  #answer({ response, startedAt }: WaitingAnswer, now: number): void {
    if (response instanceof PixelLane) response.answer(this.#isClosing);
    else answerPixel(response, this.#isClosing);
    this.#metrics.observeAnswer((now - startedAt) / 1_000);
  }

  #forgetAnswered(): void {
    if (this.#head === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#head = 0;
      this.#tellEmpty();
    } else if (this.#head >= FORGET_AT) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
  }

  /** A disk that hangs must not become a broken image: the answer leaves unsettled, and is counted as such. */
  #watchForLate(afterMs: number): void {
    this.#lateTimer = setTimeout(() => {
      const now = performance.now();
      for (let answer = this.#waiting[this.#head]; answer !== undefined; answer = this.#waiting[this.#head]) {
        const leftMs = answer.startedAt + this.#waitMsMax - now;
        if (leftMs > 0) {
          this.#watchForLate(leftMs);
          return;
        }
        this.#metrics.counts.spool_late += 1;
        this.#answer(answer, now);
        this.#head += 1;
      }
      this.#lateTimer = null;
      this.#forgetAnswered();
    }, afterMs).unref();
  }

  #tellEmpty(): void {
    if (this.#head < this.#waiting.length || this.#unrecorded.length > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}

/** Where a pixel can be sent to. */
export type Answerable = ServerResponse | PixelLane;

interface WaitingAnswer {
  readonly response: Answerable;
  readonly position: number;
  readonly startedAt: number;
}

/** Mail clients and their proxies give up after 10 s and more. */
const WAIT_MS_MAX = 5_000;
/** The commit gap of the durable spool. */
const UNRECORDED_WAIT_MS = 2;
const FORGET_AT = 4_096;
