const HIDDEN = '[hidden]';
/** Shorter ones would blot out ordinary words. */
const CREDENTIAL_CHARS_MIN = 6;

/** The text without any of the credentials, however a vendor or a network error repeats them. */
export function hideCredentials(text: string, credentials: readonly (string | null)[]): string {
  return credentials
    .filter((one) => one !== null && one.length >= CREDENTIAL_CHARS_MIN)
    .reduce<string>(
      (hidden, one) => hidden.replaceAll(one ?? HIDDEN, HIDDEN).replaceAll(encodeURIComponent(one ?? HIDDEN), HIDDEN),
      text,
    );
}
