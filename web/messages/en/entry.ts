export const entry = {
  title: 'Sign in',
} as const;
