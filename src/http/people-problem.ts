import type { PeopleError, PeopleErrorCode } from '../accounts/people-error.ts';
import { Problem } from './problem.ts';

/** Why people cannot be changed so, as a problem document. An unknown id in the body is bad input, one in the path is 404. */
export function toPeopleProblem(error: PeopleError): Problem {
  const { code, field, message } = error;
  if (field !== null && code === 'unknown_department')
    return new Problem(400, `${field}: ${message}`, { code: 'invalid_input', errors: [{ field, detail: message }] });
  return new Problem(STATUSES[code], message, {
    code,
    ...(field === null ? {} : { errors: [{ field, detail: message }] }),
  });
}

const STATUSES: Readonly<Record<PeopleErrorCode, number>> = {
  unknown_member: 404,
  unknown_department: 404,
  unknown_invitation: 404,
  department_exists: 409,
  owner_needed: 403,
  last_owner: 409,
  is_yourself: 409,
  already_member: 409,
  already_invited: 409,
  no_free_seat: 409,
  invitation_ended: 410,
  other_person: 403,
  sign_in_first: 401,
  not_confirmed: 400,
  is_last_organization: 409,
};
