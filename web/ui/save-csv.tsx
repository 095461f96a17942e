import { Button } from '@mantine/core';

interface Props {
  /** Where the file comes from. */
  readonly href: string;
  readonly children: string;
}

/** Below a list: all of it as a file, also what is not on the screen. Its words stand under those of the list. */
export function SaveCsv({ href, children }: Props) {
  return (
    <Button component="a" href={href} download variant="subtle" size="compact-sm" mt={8} ml={-8}>
      {children}
    </Button>
  );
}
