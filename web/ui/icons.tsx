import type { ReactNode } from 'react';

/** Line drawings on a grid of 20, in the colour of the text; always beside words, so hidden from screen readers. */
function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const LiveIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="2" />
    <path d="M5.500 14.500a6.400 6.400 0 0 1 0-9M14.500 5.500a6.400 6.400 0 0 1 0 9" />
  </Icon>
);

export const EngagementIcon = () => (
  <Icon>
    <path d="M4 16V10M10 16V4M16 16V8" />
  </Icon>
);

export const SignatureIcon = () => (
  <Icon>
    <path d="M3 15.5h14M4 12c2-6 4.5-8 5.5-6.8C11 7 6 12.500 7 12.500c1.200 0 2.500-3 3.700-3 1 0 0 3 1 3s2-1.500 4.300-1.500" />
  </Icon>
);

export const CampaignIcon = () => (
  <Icon>
    <path d="M4 8.500v3l2 .5 8 3.500v-11L6 8zM6.500 12.500L7.500 16M16.500 8.500v3" />
  </Icon>
);

export const TeamIcon = () => (
  <Icon>
    <circle cx="8" cy="7" r="2.750" />
    <path d="M3 16c0-2.800 2.200-4.500 5-4.500s5 1.700 5 4.500M13 4.600a2.750 2.750 0 0 1 0 4.800M14.500 11.900c1.600.6 2.500 2 2.500 4.100" />
  </Icon>
);

export const CopyIcon = () => (
  <Icon>
    <rect x="7" y="7" width="10" height="10" rx="2" />
    <path d="M13 7V5a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v6a2 2 0 0 0 2 2h2" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon>
    <path d="M4 10.500l4 4 8-9" />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="5" />
    <path d="M13 13l4 4" />
  </Icon>
);

export const SettingsIcon = () => (
  <Icon>
    <path d="M3 6h8M15 6h2M3 14h2M9 14h8" />
    <circle cx="13" cy="6" r="2" />
    <circle cx="7" cy="14" r="2" />
  </Icon>
);
