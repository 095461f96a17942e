import { expect, test } from 'vitest';
import type { Campaign } from '../../../src/contract/campaign.ts';
import { toCampaignChange, toCampaignForm } from './to-campaign-change.ts';

const CAMPAIGN = {
  name: 'Spring',
  description: null,
  audience: { everyone: true },
  deal: null,
  startsAt: '2026-03-01T08:00:00Z',
  endsAt: null,
  timezone: 'Europe/Berlin',
  banner: null,
  templateId: null,
} as unknown as Campaign;
const FORM = toCampaignForm(CAMPAIGN, 'Europe/Berlin');

test('what was not touched is not sent', () => {
  expect(toCampaignChange(FORM, { ...FORM })).toEqual({});
  expect(toCampaignChange(FORM, { ...FORM, name: 'Summer' })).toEqual({ name: 'Summer' });
});

test('times are sent as the clock shows them; another zone moves those that are set', () => {
  expect(toCampaignChange(FORM, { ...FORM, endsAt: '2026-04-01T18:00' })).toEqual({ endsAt: '2026-04-01T18:00' });
  expect(toCampaignChange(FORM, { ...FORM, startsAt: '' })).toEqual({ startsAt: null });
  expect(toCampaignChange(FORM, { ...FORM, timezone: 'Asia/Kolkata' })).toEqual({
    timezone: 'Asia/Kolkata',
    startsAt: '2026-03-01T09:00',
  });
});

test('an audience and a banner are sent whole, and a banner without an image is none', () => {
  expect(toCampaignChange(FORM, { ...FORM, audienceKind: 'userIds', userIds: ['a'] })).toEqual({
    audience: { userIds: ['a'] },
  });
  const banner = { imageUrl: 'https://a.example/b.png', linkUrl: '', alt: 'Offer', width: '420', height: '80' };
  expect(toCampaignChange(FORM, { ...FORM, banner })).toEqual({
    banner: { ...banner, linkUrl: null, width: 420, height: 80 },
  });
  expect(toCampaignChange({ ...FORM, banner }, FORM)).toEqual({ banner: null });
});

test('an emptied id of the CRM is left out', () => {
  const deal = { hubspotDealId: '7', pipedriveDealId: ' ' };
  expect(toCampaignChange(FORM, { ...FORM, deal })).toEqual({ deal: { hubspotDealId: '7' } });
});
