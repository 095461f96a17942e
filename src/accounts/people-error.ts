/** What was asked of members, departments or invitations cannot be done; the message says why and what to do. */
export class PeopleError extends Error {
  readonly code: PeopleErrorCode;
  /** The input field at fault, null when none is. */
  readonly field: string | null;

  constructor(code: PeopleErrorCode, message: string, field: string | null = null) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

export type PeopleErrorCode =
  | 'unknown_member'
  | 'unknown_department'
  | 'unknown_invitation'
  | 'department_exists'
  | 'owner_needed'
  | 'last_owner'
  | 'is_yourself'
  | 'already_member'
  | 'already_invited'
  | 'no_free_seat'
  | 'invitation_ended'
  | 'other_person'
  | 'sign_in_first'
  | 'not_confirmed'
  | 'is_last_organization';
