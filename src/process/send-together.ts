import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Statements of one transaction that need no answer of each other, in the order given: the parameters of the next are
 * made while the database works on the one before. All of them have ended when it throws, and it throws what the first
 * one threw: one that was still to come would run after the rollback, outside of everything.
 */
export async function sendTogether<T>(
  statements: Iterable<() => Promise<T>> | AsyncIterable<() => Promise<T>>,
): Promise<readonly T[]> {
  const sent: Promise<T>[] = [];
  for await (const send of statements) {
    sent.push(hold(send()));
    // It is on its way, and what was answered meanwhile is taken, before more is made.
    await nextTurn();
  }
  return toAnswers(await Promise.allSettled(sent));
}

/**
 * Maps what takes long while statements are under way, and looks every so often whether one was answered: the next one
 * in the queue is sent only then, and the database has nothing to do until it is.
 */
export async function mapInTurns<T, U>(values: readonly T[], map: (value: T) => U): Promise<readonly U[]> {
  const mapped: U[] = [];
  for (const value of values) {
    mapped.push(map(value));
    if (mapped.length % TURN_VALUES === 0) await nextTurn();
  }
  return mapped;
}

/** Half a millisecond's work at some 2 µs each. */
const TURN_VALUES = 250;

/** Takes a statement that is on its way, and answers it. */
export type SendAhead = <T>(statement: Promise<T>) => Promise<T>;

/**
 * For work in a transaction that goes on while statements of its own are still under way. All of them have ended when
 * this answers or throws, and what it throws is what failed first: whatever follows in the transaction fails with it.
 */
export async function withSentAhead<T>(work: (ahead: SendAhead) => Promise<T>): Promise<T> {
  const sent: Promise<unknown>[] = [];
  let first: { readonly error: unknown } | null = null;
  const noteFirst = (error: unknown): void => {
    first ??= { error };
  };
  const answer = work((statement) => {
    sent.push(statement);
    statement.catch(noteFirst);
    return statement;
  });
  await answer.catch(noteFirst);
  await Promise.allSettled(sent);
  if (first !== null) throw (first as { readonly error: unknown }).error;
  return answer;
}

/** A failure that is waited for later is not one that nobody handles. */
function hold<T>(statement: Promise<T>): Promise<T> {
  statement.catch(() => undefined);
  return statement;
}

function toAnswers<T>(outcomes: readonly PromiseSettledResult<T>[]): readonly T[] {
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
