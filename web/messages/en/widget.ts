export const widget = {
  title: 'My email engagement',
} as const;
