/** Why a template cannot be kept. `findings` are for the person who wrote it: where, and what to change. */
export class TemplateError extends Error {
  readonly code: 'unsafe_html' | 'unknown_field' | 'name_taken' | 'unknown_template' | 'unknown_target' | 'own_field';
  readonly field: string | null;
  readonly findings: readonly string[];

  constructor(code: TemplateError['code'], findings: readonly string[], field: string | null = null) {
    super(findings.join('; '));
    this.code = code;
    this.field = field;
    this.findings = findings;
  }
}
