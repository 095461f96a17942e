import { useLocation } from 'wouter';
import { DestinationPage } from './destination-page.tsx';
import { DestinationsPage } from './destinations-page.tsx';

const ROOT = '/settings/destinations';

/** Where signals and opens are sent: all of them, or one with its log. */
export function DestinationsSection() {
  const [path] = useLocation();
  const id = path.slice(ROOT.length + 1);
  return id === '' ? <DestinationsPage /> : <DestinationPage key={id} id={decodeURIComponent(id)} />;
}
