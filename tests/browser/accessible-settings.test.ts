import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fillFigures } from './fill-figures.ts';
import { findFaults } from './find-faults.ts';
import { openScreens, type Screens } from './open-screens.ts';

// The settings against axe, as accessibility.test.ts does for the other pages.

const SETTINGS = [
  '/settings/tracking',
  '/settings/members',
  '/settings/departments',
  '/settings/sso',
  '/settings/signals',
  '/settings/destinations',
  '/settings/widget',
  '/settings/keys',
  '/settings/audit',
  '/settings/data',
  '/settings/profile',
  '/settings/notifications',
];
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
])('the settings have no serious fault on %s', async (_where, look) => {
  expect(await findFaults(await screens.open({ ...look, cookies: screens.owner }), SETTINGS)).toEqual([]);
});
