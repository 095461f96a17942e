/** The public page at /why, for people who got a mail and ask what its image is. */
export const why = {
  title: 'Why is there an image in the mail I got?',
  description: 'What the small image in an email signature tells the sender, and what it does not.',
  lead: 'The signature of that mail holds a transparent image of one pixel. When your mail program loads it, the sender learns that a mail with this signature was opened at that time.',
  sections: [
    {
      title: 'What the sender learns',
      lines: [
        'That a mail with their signature was opened, when, and whether on a computer, a phone or a tablet, where your mail program tells.',
        'Whether a machine, such as a mail gateway or Apple loading ahead, fetched the image instead of a person.',
      ],
    },
    {
      title: 'What the sender does not learn',
      lines: [
        'Who opened it. The image is the same in every mail of that person, or of that deal: it carries no name and no address of yours.',
        'Your IP address. It is turned into a keyed code in memory, is never written down, and the key is destroyed after two days.',
        'Where you are. At most the country, for a company that switched this on, and never for a single reader.',
        'What you read, wrote, clicked or kept.',
      ],
    },
    {
      title: 'How long it is kept',
      lines: [
        'Each open is deleted after the time that the company has set, between 30 and 365 days; 90 days unless it was changed. After that only totals per day remain, for 13 months.',
      ],
    },
    {
      title: 'How to stop it',
      lines: [
        'Switch off the loading of remote images in your mail program: nothing is then sent. In Gmail: Settings, General, Images, Ask before displaying. In Outlook: Trust Center, Automatic Download. In Apple Mail: Settings, Privacy.',
        'Or write to the sender and ask. Since no recipient is known here, no list of recipients exists that you could be struck from.',
      ],
    },
  ],
  who: 'This server is run by the company that sent you the mail, or for it. That company is responsible for the use of the image; its own privacy notice and contact are on its website.',
  language: 'Deutsch',
};
