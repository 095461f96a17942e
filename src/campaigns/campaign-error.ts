/** What a person asked of a campaign cannot be done; the message says why, in their words. */
export class CampaignError extends Error {
  readonly code: 'audience_unknown' | 'status_conflict';

  constructor(code: CampaignError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
