/** Branded ids: a `MemberId` can never be passed where an `OrganizationId` is wanted, although both are UUID strings. */
export type Id<Name extends string> = string & { readonly __id: Name };

export type OrganizationId = Id<'organization'>;
/** `organization_users.id`: what `userId` means everywhere outside sign-in. */
export type MemberId = Id<'member'>;
/** `users.id`: the person who signs in; may be a member of several organizations. */
export type PersonId = Id<'person'>;
export type DepartmentId = Id<'department'>;
export type CampaignId = Id<'campaign'>;
export type VariantId = Id<'variant'>;
export type TemplateId = Id<'template'>;
export type InstallTestId = Id<'install-test'>;
/** `signature_user_tracking.id` of a user pixel or `signature_tracking_pixels.id` of a campaign pixel. */
export type PixelId = Id<'pixel'>;
export type ApiKeyId = Id<'api-key'>;
export type SsoProviderId = Id<'sso-provider'>;
export type DestinationId = Id<'destination'>;
export type DeliveryId = Id<'delivery'>;
export type SignalId = Id<'signal'>;
export type SignalMuteId = Id<'signal-mute'>;
/** Decimal text of the event's bigint. */
export type EventId = Id<'event'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Parses untrusted text to an id; null when it is not a lower- or upper-case UUID. */
export function parseUuid<T extends Id<string>>(text: string): T | null {
  const lower = text.toLowerCase();
  return UUID.test(lower) ? (lower as T) : null;
}
