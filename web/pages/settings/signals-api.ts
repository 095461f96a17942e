import type { z } from 'zod';
import type { AttentionAnswer, attentionAnswerSchema } from '../../../src/contract/attention.ts';
import type { muteListSchema, precisionSchema, suggestionListSchema } from '../../../src/contract/signal.ts';
import type { SignalRulesAnswer } from '../../../src/contract/signal-rules.ts';
import { request } from '../../api.ts';

export type Attention = z.infer<typeof attentionAnswerSchema>;
export type Mute = z.infer<typeof muteListSchema>['data'][number];
export type Precision = z.infer<typeof precisionSchema>;
export type Suggestion = z.infer<typeof suggestionListSchema>['data'][number];
export type Rule = keyof SignalRulesAnswer;

/** What each wants to hear of, and the numbers of the rules. */
export const signalsApi = {
  attention: () => request<Attention>('GET', '/api/signals/attention'),
  saveAttention: (body: AttentionAnswer) => request<Attention>('PUT', '/api/signals/attention', body),
  mutes: () => request<{ data: readonly Mute[] }>('GET', '/api/signals/mutes'),
  unmute: (id: string) => request<null>('DELETE', `/api/signals/mutes/${id}`),
  rules: () => request<SignalRulesAnswer>('GET', '/api/signals/rules'),
  saveRules: (body: SignalRulesAnswer) => request<SignalRulesAnswer>('PUT', '/api/signals/rules', body),
  precision: () => request<Precision>('GET', '/api/signals/precision'),
  suggestions: () => request<{ data: readonly Suggestion[] }>('GET', '/api/signals/suggestions'),
};
