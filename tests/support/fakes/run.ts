import { startDiscord } from './start-discord.ts';
import type { Fake } from './start-fake.ts';
import { startHubspot } from './start-hubspot.ts';
import { startPipedrive } from './start-pipedrive.ts';
import { startSlack } from './start-slack.ts';

// npm run fakes: Slack, Discord, HubSpot and Pipedrive on loopback, to try the product without an account of theirs.

const PORT_FIRST = 4801;

export async function run(): Promise<void> {
  const slack = await startSlack(PORT_FIRST);
  const discord = await startDiscord(PORT_FIRST + 1);
  const hubspot = await startHubspot(PORT_FIRST + 2);
  const pipedrive = await startPipedrive(PORT_FIRST + 3);
  const fakes: Readonly<Record<string, Fake>> = { slack, discord, hubspot, pipedrive };
  const urls = Object.entries(fakes).map(([name, { url }]) => `${name}=${url}`);
  console.log(`Four vendors on loopback. Start MailTracker beside them:

  DESTINATIONS_URLS=${urls.join(',')} npm start

Then add destinations under Settings, Destinations:

  Slack      ${slack.url}${slack.hook}
  Discord    ${discord.url}${discord.hook}
  HubSpot    ${hubspot.token}    deals 101 and 102, contact prospect@customer.example
  Pipedrive  ${pipedrive.token}    deal 11, persons 21 and 22

What arrived:  curl ${slack.url}/_fake/state
To make one fail:  curl -d '{"fault":{"kind":"answer","answer":{"status":503,"body":"down"}},"times":3}' ${slack.url}/_fake/faults

Ctrl+C ends them.
`);
  const end = () => void Promise.all(Object.values(fakes).map((fake) => fake.close())).then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

await run();
