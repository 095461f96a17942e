export const campaign = {
  title: 'Campaign',
} as const;
