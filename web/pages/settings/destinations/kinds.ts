import type { DestinationType } from './destinations-api.ts';

interface Kind {
  readonly type: DestinationType;
  readonly name: 'kindWebhook' | 'kindSlack' | 'kindDiscord' | 'kindHubspot' | 'kindPipedrive';
  readonly about: 'aboutWebhook' | 'aboutSlack' | 'aboutDiscord' | 'aboutHubspot' | 'aboutPipedrive';
  readonly how: 'howWebhook' | 'howSlack' | 'howDiscord' | 'howHubspot' | 'howPipedrive';
  readonly asks: 'url' | 'token';
  readonly example: string;
}

/** What may be added, the quickest first. */
export const KINDS: readonly [Kind, ...Kind[]] = [
  {
    type: 'slack',
    name: 'kindSlack',
    about: 'aboutSlack',
    how: 'howSlack',
    asks: 'url',
    example: 'https://hooks.slack.com/services/T…/B…/…',
  },
  {
    type: 'discord',
    name: 'kindDiscord',
    about: 'aboutDiscord',
    how: 'howDiscord',
    asks: 'url',
    example: 'https://discord.com/api/webhooks/…/…',
  },
  {
    type: 'webhook',
    name: 'kindWebhook',
    about: 'aboutWebhook',
    how: 'howWebhook',
    asks: 'url',
    example: 'https://example.com/hooks/mailtracker',
  },
  {
    type: 'hubspot',
    name: 'kindHubspot',
    about: 'aboutHubspot',
    how: 'howHubspot',
    asks: 'token',
    example: 'pat-eu1-…',
  },
  {
    type: 'pipedrive',
    name: 'kindPipedrive',
    about: 'aboutPipedrive',
    how: 'howPipedrive',
    asks: 'token',
    example: '40 × 0-9 a-f',
  },
];

export const findKind = (type: DestinationType): Kind => KINDS.find((kind) => kind.type === type) ?? KINDS[0];

export const HUBSPOT_SCOPES = 'crm.objects.contacts.read, crm.objects.contacts.write, crm.objects.deals.read';
