export type CampaignErrorCode =
  | 'audience_unknown'
  | 'template_unknown'
  | 'variant_unknown'
  | 'times_wrong'
  | 'status_conflict';

/** What a person asked of a campaign cannot be done; the message says why, in their words. */
export class CampaignError extends Error {
  readonly code: CampaignErrorCode;
  /** The field that is wrong; null when the campaign's status is what forbids it. */
  readonly field: string | null;

  constructor(code: CampaignErrorCode, message: string, field: string | null = null) {
    super(message);
    this.code = code;
    this.field = field;
  }
}
