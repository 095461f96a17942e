import type { signature as english } from '../en/signature.ts';
import type { Translated } from '../translated.ts';

export const signature: Translated<typeof english> = {
  title: 'Signatur',
};
