/** The public page at /. Claims here are true of this product or carry their source. */
export const landing = {
  title: 'MailTracker: know when to call',
  description: 'MailTracker tells you when to call, by turning email opens into real-time buying signals.',
  signIn: 'Sign in',
  promise: 'Stop chasing cold leads.',
  promiseMore:
    'MailTracker tells you exactly when to call, by turning invisible email opens into real-time buying signals.',
  start: 'Create your organization',
  startMore: 'Self-hosted. Your first open is on screen within five minutes.',
  shift: 'Not an invisible pixel analytics tool: a sales timing signal.',
  oneLiner:
    'Many trackers count machine opens. MailTracker shows them, refuses them, and leaves you the one signal that says call.',
  pictureAlt:
    'The Live screen: a proposal is opened once, then again, and at the third open it stands under Call now with the sentence why.',
  pictureNote: 'The product itself, photographed by a script while a proposal is opened three times in five minutes.',
  scenarioTitle: 'The same proposal, two endings',
  beforeTitle: 'Before',
  before:
    'You send the proposal on Monday and call on Wednesday. By then they have read three others and have to look yours up again.',
  afterTitle: 'With MailTracker',
  after:
    'Proposal.pdf is opened 3 times in 5 minutes, last on a phone. Your screen says call now, and says why. You call while they are still reading.',
  tableTitle: 'What it does, and what that is worth',
  tableFeature: 'What it does',
  tableWorth: 'What it is worth',
  rows: [
    ['A pixel in the signature and one per deal', 'Buying signal', 'Know the moment interest sparks.'],
    ['A live list, sorted by heat', 'Call timing', 'Call while they are still reading.'],
    ['Gmail, Apple, gateways and bots told apart', 'No vanity figures', 'Never get excited about a machine.'],
    ['Repeats by one reader folded together', 'True interest', 'Tell one keen reader from ten loads of the same mail.'],
    [
      'No raw address kept, no recipient identified',
      'Private by default',
      'Answers ready for whoever asks about data.',
    ],
  ],
  honestTitle: 'Machines open mail too. What do others do with that?',
  honestLead:
    'Apple fetches images before anybody reads, security gateways open everything, Gmail loads through its own servers. MailTracker judges every load, shows those that it refuses, and says why.',
  honestWho: 'Tool',
  honestWhat: 'What its own pages say',
  honest: [
    [
      'HubSpot marketing mail',
      'Filters suspected bots and Apple prefetches, on by default; what was filtered is not in the counter.',
      'https://knowledge.hubspot.com/marketing-email/understand-bot-filtering-in-marketing-email-analytics',
    ],
    [
      'Klaviyo',
      'Marks an open as Apple Privacy Open and says it cannot tell the person from the machine; leaving it out is up to you.',
      'https://help.klaviyo.com/hc/en-us/articles/4416791883163',
    ],
    [
      'Streak',
      'Counts a view when the image is requested; says that tracking is fallible and no absolute truth.',
      'https://support.streak.com/email-tracking/overview-email-tracking',
    ],
    [
      'MailTracker',
      'Eight verdicts with a confidence and a reason each. Machine opens stay visible, never count and never ring.',
      '/why',
    ],
  ],
  honestDate:
    'Pages as read in November 2026. What no pixel can know stays unknown here as well: images that are blocked, and Apple readers hidden by prefetching.',
  privacyTitle: 'Privacy in five lines',
  privacy: [
    'No raw IP address leaves memory: not in a table, a file, a log or a queue.',
    'No recipient is identified, and none can be: a signature carries no address.',
    'What tells two readers apart is a keyed hash whose key is destroyed after two days.',
    'Opens are deleted after 90 days, or what you set from 30 to 365; then totals per day remain, for 13 months.',
    'Laws differ by country and some ask for consent: the project says what is known, your counsel decides.',
  ],
  priceTitle: 'One price per seat',
  price: '$29',
  priceUnit: 'per user and month, recommended',
  priceMore:
    'Unlimited campaigns, no fee per open: a proposal that is read ten times costs the same as one that is not.',
  hostTitle: 'Or run it yourself',
  hostMore: 'Node 20.19 or newer, nothing else. The database comes with it.',
  footerWhy: 'Why is there an image in my mail?',
  footerApi: 'API',
  language: 'Deutsch',
};
