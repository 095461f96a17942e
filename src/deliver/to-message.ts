import type { CampaignDeal } from '../db/schema.ts';
import { DEVICES, type Device } from '../domain/verdict.ts';
import type { Message, MessageDeal } from './destination-kind.ts';
import type { Owed } from './read-owed.ts';

/** What the kinds turn into their vendor's words. `publicUrl` begins the link into the app. */
export function toMessage(owed: Owed, publicUrl: string): Message {
  const { id, type, at, payload, campaignId, campaignName, level, deal } = owed;
  const device = toDevice(payload.device);
  const words =
    type === 'test' ? TEST_WORDS : type === 'signal_raised' ? toSignalWords(owed) : toOpenWords(owed, device);
  return {
    deliveryId: id,
    type,
    at,
    payload,
    campaignId,
    campaignName,
    ...words,
    link: publicUrl + (campaignId === null ? '/live' : `/campaigns/${campaignId}`),
    level,
    device,
    deal: toDeal(deal),
  };
}

type Words = Pick<Message, 'title' | 'sentence'>;

const TEST_WORDS: Words = {
  title: 'Test message from MailTracker',
  sentence: 'It works: signals and opens will arrive here.',
};

/** "Hot lead: Acme Corp Proposal", and why. The name is the campaign's of now, else what processing called it. */
function toSignalWords({ payload, level, campaignName }: Owed): Words {
  const name = campaignName ?? (typeof payload.title === 'string' ? payload.title : 'your signature');
  return {
    title: `${level === 'hot' ? 'Hot' : 'Warm'} lead: ${name}`,
    sentence: typeof payload.sentence === 'string' ? payload.sentence : '',
  };
}

function toOpenWords({ campaignName }: Owed, device: Device | null): Words {
  const on =
    device === null || device === 'unknown' ? '' : ` on ${device === 'desktop' ? 'a computer' : `a ${NAMES[device]}`}`;
  return { title: campaignName ?? 'Your signature', sentence: `Opened${on}.` };
}

const NAMES = { mobile: 'phone', tablet: 'tablet' } as const;

function toDevice(value: unknown): Device | null {
  return DEVICES.find((device) => device === value) ?? null;
}

function toDeal(deal: CampaignDeal | null): MessageDeal | null {
  return deal === null || Object.keys(deal).length === 0 ? null : deal;
}
