import { randomBytes } from 'node:crypto';
import { verifyJwsAccessToken } from '@better-auth/core/oauth2';
import { sha256 } from '../kit/crypto.ts';
import { AccountError } from './account-error.ts';
import { fetchProvider, parseProviderUrl } from './fetch-provider.ts';

// OpenID Connect, authorization code with PKCE (RFC 7636), state and nonce. In: a provider and a browser that comes
// back from it. Out: whom the provider vouches for. What must never happen: a code taken for another browser (state),
// a token replayed (nonce), meant for another client (aud), or not signed by the provider's own keys.

export interface OidcClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly isLoopbackAllowed: boolean;
}

/** What one sign-in must come back with. It travels sealed in a cookie of the browser. */
export interface OidcAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Vouched {
  readonly subject: string;
  /** Lower case. */
  readonly email: string;
  readonly name: string;
}

interface Discovery {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly userinfo_endpoint?: string;
  readonly token_endpoint_auth_methods_supported?: readonly string[];
}

type KeySet = Exclude<Awaited<ReturnType<Exclude<JwksFetch, string>>>, undefined>;
type JwksFetch = Parameters<typeof verifyJwsAccessToken>[1]['jwksFetch'];
type Claims = Readonly<Record<string, unknown>>;

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_S = 60;

/** Where to send the browser, and what it must come back with. Throws AccountError sso_provider. */
export async function beginOidc(client: OidcClient): Promise<{ readonly url: string; readonly attempt: OidcAttempt }> {
  const { authorization_endpoint } = await discover(client);
  const attempt = { state: toRandom(), nonce: toRandom(), verifier: toRandom() };
  const url = new URL(authorization_endpoint);
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope: 'openid email profile',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: sha256(attempt.verifier).toString('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, attempt };
}

/** Throws AccountError sso_refused when anything does not fit, sso_provider when the provider cannot be asked. */
export async function finishOidc(
  client: OidcClient,
  attempt: OidcAttempt,
  answer: { readonly code?: string; readonly state?: string; readonly iss?: string },
): Promise<Vouched> {
  if (answer.state !== attempt.state) throw refused('the answer belongs to another sign-in (state)');
  if (answer.code === undefined) throw refused('the provider sent no code');
  if (answer.iss !== undefined && answer.iss !== client.issuer) throw refused('another issuer answered (iss)');
  const found = await discover(client);
  const tokens = await redeem(client, found, { code: answer.code, verifier: attempt.verifier });
  const claims = await verifyIdToken(client, found, tokens.id_token);
  if (claims.nonce !== attempt.nonce) throw refused('its token belongs to another sign-in (nonce)');
  const person = claims.email === undefined ? await askUserinfo(client, found, tokens.access_token, claims) : claims;
  return toVouched(claims.sub, person);
}

/** The provider's own description. Throws AccountError sso_provider unless it is complete and names this issuer. */
export async function discover(client: Pick<OidcClient, 'issuer' | 'isLoopbackAllowed'>): Promise<Discovery> {
  const { issuer, isLoopbackAllowed } = client;
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = (await fetchProvider({ url, isLoopbackAllowed })) as Partial<Discovery> | null;
  if (found?.issuer !== issuer)
    throw new AccountError(
      'sso_provider',
      `The identity provider calls itself ${String(found?.issuer)}: use that issuer.`,
    );
  for (const endpoint of [found.authorization_endpoint, found.token_endpoint, found.jwks_uri])
    parseProviderUrl(endpoint, isLoopbackAllowed);
  return found as Discovery;
}

async function redeem(
  client: OidcClient,
  found: Discovery,
  { code, verifier }: { code: string; verifier: string },
): Promise<{ id_token: string; access_token: string }> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: verifier,
  });
  const methods = found.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const isBasic = methods.includes('client_secret_basic');
  if (!isBasic) {
    form.set('client_id', client.clientId);
    form.set('client_secret', client.clientSecret);
  }
  const pair = `${encodeURIComponent(client.clientId)}:${encodeURIComponent(client.clientSecret)}`;
  const headers: Record<string, string> = isBasic
    ? { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
    : {};
  const { isLoopbackAllowed } = client;
  const tokens = (await fetchProvider({ url: found.token_endpoint, isLoopbackAllowed, headers, form })) as {
    id_token?: unknown;
    access_token?: unknown;
  } | null;
  if (typeof tokens?.id_token !== 'string') throw refused('the provider sent no id_token');
  return { id_token: tokens.id_token, access_token: String(tokens.access_token ?? '') };
}

async function verifyIdToken(
  { issuer, clientId, isLoopbackAllowed }: OidcClient,
  found: Discovery,
  token: string,
): Promise<Claims & { sub: string }> {
  const keys = (await fetchProvider({ url: found.jwks_uri, isLoopbackAllowed })) as KeySet;
  try {
    // Named for access tokens, it checks any signed one: signature, issuer, audience, times and the claims asked for.
    const payload = await verifyJwsAccessToken(token, {
      jwksFetch: async () => keys,
      verifyOptions: {
        issuer,
        audience: clientId,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', 'iat', 'sub', 'nonce'],
      },
    });
    if (Array.isArray(payload.aud) && payload.aud.length > 1 && payload.azp !== clientId)
      throw new Error('it is meant for another client (azp)');
    return payload as Claims & { sub: string };
  } catch (error) {
    throw refused(`its token does not hold: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

/** Many providers tell the email address only here. Its subject must be the token's. */
async function askUserinfo(
  { isLoopbackAllowed }: OidcClient,
  found: Discovery,
  accessToken: string,
  claims: Claims,
): Promise<Claims> {
  if (found.userinfo_endpoint === undefined) throw refused('the provider tells no email address');
  const headers = { authorization: `Bearer ${accessToken}` };
  const person = (await fetchProvider({ url: found.userinfo_endpoint, isLoopbackAllowed, headers })) as Claims;
  if (person?.sub !== claims.sub) throw refused('the provider told about another person (sub)');
  return person;
}

function toVouched(subject: string, person: Claims): Vouched {
  const { email, name, email_verified } = person;
  if (typeof email !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(email))
    throw refused('the provider tells no email address');
  if (email_verified === false) throw refused('the provider has not verified the email address');
  const isNamed = typeof name === 'string' && name.trim() !== '';
  const lower = email.toLowerCase();
  return {
    subject,
    email: lower,
    name: isNamed ? name.trim().slice(0, NAME_CHARS_MAX) : (lower.split('@')[0] ?? lower),
  };
}

const NAME_CHARS_MAX = 120;

export function refused(what: string): AccountError {
  return new AccountError('sso_refused', `The single sign-on did not work: ${what}. Begin again on the sign-in page.`);
}

function toRandom(): string {
  return randomBytes(32).toString('base64url');
}
