import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finishOidc, type OidcAttempt, type OidcClient } from './oidc-flow.ts';

// A provider that signs whatever it is told to: what a real one never sends must be refused all the same.

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

let server: Server;
let issuer: string;
let keys: KeyPair;
let strangerKeys: KeyPair;
let idToken: string;
let userinfo: object;

const attempt: OidcAttempt = { state: 'the state', nonce: 'the nonce', verifier: 'the verifier' };
const email = 'max@example.com';
const ANSWER = { code: 'a code', state: attempt.state };

beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  strangerKeys = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'own', alg: 'ES256' }] };
  server = createServer((request, response) => {
    const answers: Record<string, unknown> = {
      '/.well-known/openid-configuration': {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        userinfo_endpoint: `${issuer}/me`,
      },
      '/token': { id_token: idToken, access_token: 'an access token' },
      '/jwks': jwks,
      '/me': userinfo,
    };
    response.end(JSON.stringify(answers[request.url ?? '']));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

const client = (): OidcClient => ({
  issuer,
  clientId: 'mailtracker',
  clientSecret: 'secret',
  redirectUri: 'http://localhost:3000/api/sso/callback',
  isLoopbackAllowed: true,
});

const now = () => Math.floor(Date.now() / 1_000);

async function sign(claims: object, by: KeyPair = keys): Promise<string> {
  const all = {
    iss: issuer,
    aud: 'mailtracker',
    sub: 'max',
    nonce: attempt.nonce,
    iat: now(),
    exp: now() + 300,
    email,
    ...claims,
  };
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid: 'own' }).sign(by.privateKey);
}

test('a token that fits tells whom the provider vouches for', async () => {
  idToken = await sign({ email: 'Max@Example.com', name: ' Max ' });
  expect(await finishOidc(client(), attempt, ANSWER)).toEqual({ subject: 'max', email, name: 'Max' });
});

test('an email address that only userinfo tells counts, for the same subject', async () => {
  idToken = await sign({ email: undefined });
  userinfo = { sub: 'max', email };
  expect(await finishOidc(client(), attempt, ANSWER)).toMatchObject({ subject: 'max', email });
  userinfo = { sub: 'somebody else', email };
  await expect(finishOidc(client(), attempt, ANSWER)).rejects.toThrow(/another person/);
});

test.each([
  ['for another client', () => sign({ aud: 'another' }), /aud/],
  ['for several clients, handed to another', () => sign({ aud: ['mailtracker', 'another'], azp: 'another' }), /azp/],
  ['of another issuer', () => sign({ iss: 'https://login.example.com' }), /iss/],
  ['of another sign-in', () => sign({ nonce: 'another' }), /nonce/],
  ['without a nonce', () => sign({ nonce: undefined }), /nonce/],
  ['without a subject', () => sign({ sub: undefined }), /sub/],
  ['that is over', () => sign({ iat: now() - 900, exp: now() - 600 }), /exp/],
  ['that never ends', () => sign({ exp: undefined }), /exp/],
  ['signed by a stranger', () => sign({}, strangerKeys), /signature/],
  ['signed by nobody', async () => `${toPart({ alg: 'none' })}.${(await sign({})).split('.')[1]}.`, /alg|Invalid/],
  ['that is none', async () => 'rubbish', /Invalid/],
  ['with an unverified address', () => sign({ email_verified: false }), /not verified/],
])('a token %s is refused', async (_title, make, expected) => {
  idToken = await make();
  const attemptToSignIn = finishOidc(client(), attempt, ANSWER);
  await expect(attemptToSignIn).rejects.toMatchObject({ code: 'sso_refused' });
  await expect(attemptToSignIn).rejects.toThrow(expected);
});

test.each([
  ['another state', { ...ANSWER, state: 'another' }, /state/],
  ['no state', { code: 'a code' }, /state/],
  ['no code', { state: attempt.state }, /no code/],
  ['another issuer', { ...ANSWER, iss: 'https://login.example.com' }, /iss/],
])('an answer with %s is refused before any code is redeemed', async (_title, answer, expected) => {
  idToken = await sign({});
  await expect(finishOidc(client(), attempt, answer)).rejects.toThrow(expected);
});

function toPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
