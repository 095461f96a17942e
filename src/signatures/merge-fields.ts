/** What a template knows of a member. A field without a value is empty. */
export const MEMBER_FIELDS = ['full_name', 'job_title', 'department', 'email', 'phone', 'company'] as const;
export type MemberField = (typeof MEMBER_FIELDS)[number];
export type MergeValues = Readonly<Record<string, string>>;

export const OWN_FIELDS_MAX = 30;
export const OWN_FIELD_NAME = /^[a-z][a-z0-9_]{0,39}$/;
export const OWN_FIELD_CHARS_MAX = 500;

export function isMemberField(name: string): name is MemberField {
  return (MEMBER_FIELDS as readonly string[]).includes(name);
}

/** The value of a field, empty for one that is not there: templates with unknown fields are never stored. */
export function toFieldValue(values: MergeValues, name: string): string {
  return Object.hasOwn(values, name) ? (values[name] ?? '') : '';
}
