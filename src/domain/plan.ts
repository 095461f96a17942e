/** What an organization pays for; 0 = unlimited. */
export interface Plan {
  readonly seats: number;
  readonly opensPerMinute: number;
}

export const UNLIMITED_PLAN: Plan = Object.freeze({ seats: 0, opensPerMinute: 0 });
