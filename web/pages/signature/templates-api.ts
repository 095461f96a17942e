import type { TemplateAnswer, TemplateList, TemplateRendering } from '../../../src/contract/signature-template.ts';
import { request } from '../../api.ts';

export interface TemplateDraft {
  readonly name: string;
  readonly html: string;
  readonly ownFields: Readonly<Record<string, string>>;
}

export type TemplateTargets = TemplateAnswer['assignments'];

export const templatesApi = {
  list: () => request<TemplateList>('GET', '/api/signature-templates'),
  make: (draft: TemplateDraft) => request<TemplateAnswer>('POST', '/api/signature-templates', draft),
  change: (id: string, draft: TemplateDraft) => request<TemplateAnswer>('PUT', `/api/signature-templates/${id}`, draft),
  assign: (id: string, targets: TemplateTargets) =>
    request<TemplateAnswer>('PUT', `/api/signature-templates/${id}/assignments`, targets),
  remove: (id: string) => request<null>('DELETE', `/api/signature-templates/${id}`),
  preview: (question: Omit<TemplateDraft, 'name'> & { readonly userId?: string }) =>
    request<TemplateRendering>('POST', '/api/signature-templates/preview', question),
};
