import type { campaigns as english } from '../en/campaigns.ts';
import type { Translated } from '../translated.ts';

export const campaigns: Translated<typeof english> = {
  title: 'Kampagnen',
};
