/** Where deliveries go (product.md section 10). */
export const DESTINATION_TYPES = ['webhook', 'slack', 'discord', 'hubspot', 'pipedrive'] as const;
export type DestinationType = (typeof DESTINATION_TYPES)[number];

/** What a destination may ask for. */
export const DELIVERY_EVENTS = ['event_created', 'signal_raised'] as const;
export type DeliveryEvent = (typeof DELIVERY_EVENTS)[number];

/** Active: sends. Paused: what is owed waits. Disabled: nothing is owed until an admin resumes it. */
export const DESTINATION_STATES = ['active', 'paused', 'disabled'] as const;
export type DestinationState = (typeof DESTINATION_STATES)[number];

/** Waiting: will be tried, or is being tried. Cancelled: what it told of turned out not to be so. */
export const DELIVERY_STATES = ['waiting', 'delivered', 'given_up', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Why a destination was disabled; `admin` is a person's own choice. */
export const DISABLE_REASONS = ['gone', 'revoked', 'misconfigured', 'failing'] as const;
export type DisableReason = (typeof DISABLE_REASONS)[number];
