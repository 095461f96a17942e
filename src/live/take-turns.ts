/**
 * Runs tasks in the order they come, at most `perTurnMax` in one turn of the event loop: between two turns whatever
 * else the process serves has its own. A task must not throw.
 */
export function takeTurns(perTurnMax: number): (task: () => void) => void {
  let waiting: (() => void)[] = [];
  let isRunning = false;
  const run = (): void => {
    const now = waiting.slice(0, perTurnMax);
    waiting = waiting.slice(perTurnMax);
    for (const task of now) task();
    isRunning = waiting.length > 0;
    if (isRunning) setImmediate(run);
  };
  return (task) => {
    waiting.push(task);
    if (isRunning) return;
    isRunning = true;
    setImmediate(run);
  };
}
