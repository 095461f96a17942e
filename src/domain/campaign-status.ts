export const CAMPAIGN_STATUSES = ['draft', 'scheduled', 'active', 'paused', 'completed', 'cancelled'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

export const CAMPAIGN_ACTIONS = ['launch', 'pause', 'resume', 'complete', 'cancel'] as const;
export type CampaignAction = (typeof CAMPAIGN_ACTIONS)[number];

/** Which status each action leads to, by the status it is taken in; what is absent cannot be done. */
const TRANSITIONS: Readonly<Record<CampaignAction, Partial<Record<CampaignStatus, CampaignStatus>>>> = {
  launch: { draft: 'active', scheduled: 'active' },
  pause: { active: 'paused' },
  resume: { paused: 'active' },
  complete: { active: 'completed', paused: 'completed' },
  cancel: { draft: 'cancelled', scheduled: 'cancelled', active: 'cancelled', paused: 'cancelled' },
};

/** The status after the action, or null when it cannot be taken in this status. */
export function toStatusAfter(action: CampaignAction, status: CampaignStatus): CampaignStatus | null {
  return TRANSITIONS[action][status] ?? null;
}

/** The actions that can be taken in a status, in the order they are offered. */
export function toPossibleActions(status: CampaignStatus): readonly CampaignAction[] {
  return CAMPAIGN_ACTIONS.filter((action) => toStatusAfter(action, status) !== null);
}
