import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fillFigures } from './fill-figures.ts';
import { findFaults } from './find-faults.ts';
import { openScreens, type Screens } from './open-screens.ts';

// Every page against axe, in both themes, on a phone and on a desk; that nothing moves once it stands; and that nothing
// scrolls sideways whatever people are called. The settings are in accessible-settings.test.ts.

const DOORS = ['/sign-in', '/sign-up', '/reset-password', '/join'];
const DAILY = ['/live', '/engagement', '/campaigns', '/team', '/no-such-page'];
const DESK = { colorScheme: 'light', viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' } as const;
const PHONE = { colorScheme: 'dark', viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' } as const;

let screens: Screens;

beforeAll(async () => {
  screens = await openScreens();
  await fillFigures(screens);
});

afterEach(async () => {
  expect(await screens.settle()).toEqual([]);
});

afterAll(() => screens.close());

test.each([
  ['a desk, light', DESK],
  ['a phone, dark', PHONE],
])('the doors have no serious fault on %s', async (_where, look) => {
  expect(await findFaults(await screens.open(look), DOORS)).toEqual([]);
});

test.each([
  ['a desk, light', DESK],
  ['a phone, dark', PHONE],
])('the pages of every day have no serious fault on %s', async (_where, look) => {
  const page = await screens.open({ ...look, cookies: screens.owner });
  const { data } = (await (await page.request.get('/api/campaigns')).json()) as { data: { id: string }[] };
  expect(await findFaults(page, [...DAILY, `/campaigns/${data[0]?.id}`])).toEqual([]);
});

test.each([
  ['a desk, light', DESK],
  ['a phone, dark', PHONE],
])('the signature and its templates have no serious fault on %s', async (_where, look) => {
  const page = await screens.open({ ...look, cookies: screens.owner });
  // axe tries to look into the mail's frame, whose sandbox refuses and says so; faults of scripts are heard all the same.
  page.removeAllListeners('console');
  expect(await findFaults(page, ['/signature', '/signature/templates'])).toEqual([]);
});

test('where less motion is asked for, nothing moves for longer than a moment nor again and again', async () => {
  const page = await screens.open({ ...DESK, cookies: screens.owner });
  await page.goto('/campaigns');
  await page.getByRole('button', { name: 'New team campaign' }).click();
  await page.getByRole('dialog').waitFor();
  const moving = await page.evaluate<object[]>(
    'document.getAnimations().map(({ effect }) => effect.getComputedTiming()).filter(({ activeDuration }) => activeDuration > 1)',
  );
  expect(moving).toEqual([]);
});
