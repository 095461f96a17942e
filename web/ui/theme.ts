import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const accent: MantineColorsTuple = [
  '#ecf8f6',
  '#d3eeea',
  '#a5dcd5',
  '#74c9bf',
  '#4fbdb1',
  '#2c9d91',
  '#17897d',
  '#0b7268',
  '#085c54',
  '#04433d',
];

const gray: MantineColorsTuple = [
  '#f9f8f6',
  '#f0efec',
  '#e3e2dd',
  '#d6d4ce',
  '#c4c1ba',
  '#a8a49c',
  '#77736b',
  '#55524c',
  '#393733',
  '#232220',
];

const dark: MantineColorsTuple = [
  '#edecea',
  '#c9c6c0',
  '#a5a29b',
  '#7a7771',
  '#4a4844',
  '#31302d',
  '#232321',
  '#1b1b1a',
  '#131312',
  '#0d0d0c',
];

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: 7,
  colors: { accent, gray, dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
  defaultRadius: '8px',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    InputWrapper: { styles: { label: { marginBottom: 4 }, description: { marginBottom: 4 } } },
    SegmentedControl: { defaultProps: { bg: 'var(--sunken)' } },
  },
});

const surfaces = {
  '--mantine-color-body': 'var(--page)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--quiet)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--sunken)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-color-error': 'var(--error)',
  '--mantine-color-placeholder': 'var(--quiet)',
};

/** Makes Mantine's parts use the tokens, so that each colour is written once. */
export const toCssVariables: CSSVariablesResolver = () => ({ variables: {}, light: surfaces, dark: surfaces });
