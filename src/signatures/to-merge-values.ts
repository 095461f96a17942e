import type { MemberField } from './merge-fields.ts';
import type { SignatureFields } from './render-signature.ts';

/** A member's fields as templates call them. */
export function toMergeValues(fields: SignatureFields): Readonly<Record<MemberField, string>> {
  return {
    full_name: fields.fullName,
    job_title: fields.jobTitle ?? '',
    department: fields.department ?? '',
    email: fields.email,
    phone: fields.phone ?? '',
    company: fields.company,
  };
}
