import type { engagement as english } from '../en/engagement.ts';
import type { Translated } from '../translated.ts';

export const engagement: Translated<typeof english> = {
  title: 'Resonanz',
};
