export const shell = {
  title: 'MailTracker',
} as const;
