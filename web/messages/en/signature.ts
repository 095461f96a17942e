export const signature = {
  title: 'Signature',
} as const;
