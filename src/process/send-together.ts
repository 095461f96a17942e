/**
 * Statements of one transaction that need no answer of each other: the parameters of the next are made while the
 * database works on the one before, and they run in the order given. All of them have ended when it throws, and it
 * throws what the first one threw: one that was still to come would run after the rollback, outside of everything.
 */
export async function sendTogether<T>(statements: readonly Promise<T>[]): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(statements);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
