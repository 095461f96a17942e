/**
 * Makes one question of many: what is asked in one turn of the event loop, or while the question before is under way and
 * for `waitMs` after it, is asked together. Answers come in the order of the asks; a failure is everybody's.
 */
export function gather<Ask, Answer>(
  askTogether: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
  waitMs: number,
): (ask: Ask) => Promise<Answer> {
  let waiting: Waiting<Ask, Answer>[] = [];
  let isAsking = false;

  const run = async (): Promise<void> => {
    const asked = waiting;
    waiting = [];
    try {
      const answers = await askTogether(asked.map(({ ask }) => ask));
      asked.forEach(({ resolve, reject }, i) => {
        const answer = answers[i];
        if (answer === undefined) reject(new Error('a question was left without an answer'));
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
    isAsking = waiting.length > 0;
    if (isAsking) setTimeout(run, waitMs);
  };

  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject });
      if (isAsking) return;
      isAsking = true;
      setImmediate(run);
    });
}

interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}
