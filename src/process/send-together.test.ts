import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sendTogether, withSentAhead } from './send-together.ts';

async function failAfter(ms: number, text: string): Promise<never> {
  await sleep(ms);
  throw new Error(text);
}

test('statements are made one after the other, each while the one before is on its way', async () => {
  const order: string[] = [];
  const toStatement = (name: string) => async () => {
    order.push(`made ${name}`);
    await sleep(5);
    order.push(`answered ${name}`);
    return name;
  };
  expect(await sendTogether([toStatement('a'), toStatement('b')])).toEqual(['a', 'b']);
  expect(order).toEqual(['made a', 'made b', 'answered a', 'answered b']);
});

test('when statements fail the first one tells why, and all have ended', async () => {
  let isEnded = false;
  const last = async () => {
    await sleep(20);
    isEnded = true;
  };
  const sending = sendTogether([() => failAfter(5, 'the reason'), () => failAfter(1, 'aborted'), last]);
  await expect(sending).rejects.toThrow('the reason');
  expect(isEnded).toBe(true);
});

test('work goes on while a statement is under way, and does not end before it has', async () => {
  let isEnded = false;
  const answer = await withSentAhead(async (ahead) => {
    void ahead(
      sleep(20).then(() => {
        isEnded = true;
      }),
    );
    return isEnded;
  });
  expect([answer, isEnded]).toEqual([false, true]);
});

test('a statement sent ahead that fails is what is told, not the failure of what came after it', async () => {
  const work = withSentAhead(async (ahead) => {
    void ahead(failAfter(1, 'deadlock'));
    await failAfter(10, 'transaction is aborted');
  });
  await expect(work).rejects.toThrow('deadlock');
});

test('a failure of the work is told before those that follow from it, once all have ended', async () => {
  let isEnded = false;
  const work = withSentAhead(async (ahead) => {
    void ahead(
      failAfter(20, 'transaction is aborted').finally(() => {
        isEnded = true;
      }),
    );
    await failAfter(1, 'poison');
  });
  await expect(work).rejects.toThrow('poison');
  expect(isEnded).toBe(true);
});

test('a statement sent ahead fails the work that had nothing more to do', async () => {
  await expect(withSentAhead(async (ahead) => void ahead(failAfter(1, 'late')))).rejects.toThrow('late');
});
