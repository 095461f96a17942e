import { z } from 'zod';
import type { OidcAttempt } from '../accounts/oidc-flow.ts';
import type { SsoProviderId } from '../domain/ids.ts';
import { seal, toPurposeKey, unseal } from '../kit/crypto.ts';
import type { HttpContext, HttpReply, HttpRequest } from './context.ts';

/** One single sign-on under way, sealed in a cookie of the browser that began it. */
export interface SsoUnderWay {
  readonly providerId: SsoProviderId;
  readonly attempt: OidcAttempt;
}

const MINUTES_MAX = 10;
const CONTEXT = 'single sign-on under way';

const heldSchema = z.object({
  providerId: z.string(),
  attempt: z.object({ state: z.string(), nonce: z.string(), verifier: z.string() }),
  endsAt: z.number(),
});

export async function setSsoCookie(context: HttpContext, reply: HttpReply, underWay: SsoUnderWay): Promise<void> {
  const held = { ...underWay, endsAt: context.clock.now() + MINUTES_MAX * 60_000 };
  const sealed = seal(await toKey(context), Buffer.from(JSON.stringify(held)), CONTEXT).toString('base64url');
  reply.header('set-cookie', toCookie(context, sealed, MINUTES_MAX * 60));
}

/** The cookie that takes it back: one answer of the provider ends it, right or wrong. */
export function toEndedSsoCookie(context: HttpContext): string {
  return toCookie(context, '', 0);
}

/** Null: none, too old, or not sealed by us. */
export async function readSsoCookie(context: HttpContext, request: HttpRequest): Promise<SsoUnderWay | null> {
  const text = new RegExp(`(?:^|; )${toName(context)}=([A-Za-z0-9_-]+)`).exec(request.headers.cookie ?? '')?.[1];
  if (text === undefined) return null;
  try {
    const plain = unseal(await toKey(context), Buffer.from(text, 'base64url'), CONTEXT).toString();
    const { endsAt, providerId, attempt } = heldSchema.parse(JSON.parse(plain));
    return endsAt > context.clock.now() ? { providerId: providerId as SsoProviderId, attempt } : null;
  } catch {
    return null;
  }
}

async function toKey({ auth }: HttpContext): Promise<Buffer> {
  const { secret } = await auth.$context;
  return toPurposeKey(secret, 'sso-cookie');
}

/** Lax: the provider's redirect back must carry it. */
function toCookie(context: HttpContext, value: string, maxAgeSeconds: number): string {
  const secure = isSecure(context) ? '; Secure' : '';
  return `${toName(context)}=${value}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly${secure}; SameSite=Lax`;
}

function toName(context: HttpContext): string {
  return `${isSecure(context) ? '__Host-' : ''}mailtracker.sso`;
}

function isSecure({ publicUrl }: HttpContext): boolean {
  return publicUrl.startsWith('https://');
}
