import { lazy, type ReactNode, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation, useSearchParams } from 'wouter';
import type { SessionResponse } from '../src/contract/session.ts';
import type { PageName } from './messages/catalogue.ts';
import { loadWords } from './messages/use-words.ts';
import { EngagementPage } from './pages/engagement/engagement-page.tsx';
import { NotFoundPage } from './pages/not-found/not-found-page.tsx';
import { useSession, wasSignedIn } from './session.ts';
import { Frame } from './ui/frame.tsx';
import { LoadError } from './ui/load-error.tsx';

// Engagement comes with the first load; every other page is fetched when it is gone to, its messages beside its code.
const SignInPage = lazy(() => withWords(import('./pages/sign-in/sign-in-page.tsx'), 'SignInPage', 'entry'));
const SignUpPage = lazy(() => withWords(import('./pages/sign-up/sign-up-page.tsx'), 'SignUpPage', 'entry'));
const JoinPage = lazy(() => withWords(import('./pages/join/join-page.tsx'), 'JoinPage', 'entry'));
const ResetPasswordPage = lazy(() =>
  withWords(import('./pages/reset-password/reset-password-page.tsx'), 'ResetPasswordPage', 'entry'),
);
const SignaturePage = lazy(() =>
  withWords(import('./pages/signature/signature-page.tsx'), 'SignaturePage', 'signature', 'reasons'),
);
const TemplatesPage = lazy(() =>
  withWords(import('./pages/signature/templates-page.tsx'), 'TemplatesPage', 'signature'),
);
const LivePage = lazy(() => withWords(import('./pages/live/live-page.tsx'), 'LivePage', 'live', 'reasons'));
const CampaignsPage = lazy(() =>
  withWords(import('./pages/campaigns/campaigns-page.tsx'), 'CampaignsPage', 'campaigns'),
);
const CampaignPage = lazy(() =>
  withWords(import('./pages/campaign/campaign-page.tsx'), 'CampaignPage', 'campaign', 'campaigns', 'engagement'),
);
const TeamPage = lazy(() => withWords(import('./pages/team/team-page.tsx'), 'TeamPage', 'team', 'engagement'));
const WidgetPage = lazy(() =>
  withWords(import('./pages/widget/widget-page.tsx'), 'WidgetPage', 'widget', 'engagement'),
);
const SettingsPage = lazy(() => withWords(import('./pages/settings/settings-page.tsx'), 'SettingsPage', 'settings'));
const SessionEnded = lazy(() => withWords(import('./ui/session-ended.tsx'), 'SessionEnded', 'entry'));

/** A page by its export's name, once all messages that it says are here too. */
async function withWords<Name extends string, Page>(
  code: Promise<Readonly<Record<Name, Page>>>,
  name: Name,
  ...pages: readonly PageName[]
): Promise<{ default: Page }> {
  const [module] = await Promise.all([code, ...pages.map(loadWords)]);
  return { default: module[name] };
}

/** Which page an address shows, and to whom. */
export function App() {
  return (
    <Suspense fallback={null}>
      <Switch>
        <Route path="/">
          <SignedIn>{() => <Redirect to="/engagement" replace />}</SignedIn>
        </Route>
        <Route path="/engagement">
          <SignedIn>{() => <EngagementPage />}</SignedIn>
        </Route>
        <Route path="/live">
          <SignedIn>{() => <LivePage />}</SignedIn>
        </Route>
        <Route path="/signature">
          <SignedIn>{() => <SignaturePage />}</SignedIn>
        </Route>
        <Route path="/signature/templates">
          <SignedIn>{(person) => (isAdmin(person) ? <TemplatesPage /> : <NotFoundPage />)}</SignedIn>
        </Route>
        <Route path="/campaigns">
          <SignedIn>{() => <CampaignsPage />}</SignedIn>
        </Route>
        <Route path="/campaigns/:id">
          {({ id }) => <SignedIn>{() => <CampaignPage id={id} key={id} />}</SignedIn>}
        </Route>
        <Route path="/team">
          <SignedIn>{(person) => (isAdmin(person) ? <TeamPage /> : <NotFoundPage />)}</SignedIn>
        </Route>
        <Route path="/settings/*?">
          <SignedIn>{(person) => (person ? <SettingsPage person={person} /> : null)}</SignedIn>
        </Route>
        <Route path="/widget/my-engagement">
          <WidgetPage />
        </Route>
        <Route path="/join">
          <JoinPage />
        </Route>
        <Route path="/reset-password">
          <ResetPasswordPage />
        </Route>
        <Route path="/sign-in">
          <SignedOut>
            <SignInPage />
          </SignedOut>
        </Route>
        <Route path="/sign-up">
          <SignedOut>
            <SignUpPage />
          </SignedOut>
        </Route>
        <Route>
          <Anyone>
            <NotFoundPage />
          </Anyone>
        </Route>
      </Switch>
    </Suspense>
  );
}

/** While the server has not answered, what an admin may see is drawn: it asks for its figures itself. */
function isAdmin(person: SessionResponse | null): boolean {
  return person === null || person.role !== 'member';
}

/** The frame stands at once for a person who was here before; a stranger sees nothing until the server has answered. */
function SignedIn({ children }: { readonly children: (person: SessionResponse | null) => ReactNode }) {
  const session = useSession();
  const [path] = useLocation();
  const person = session.data?.person ?? null;
  if (session.data && person === null)
    return <Redirect to={path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`} replace />;
  if (session.error && person === null) {
    return (
      <Frame person={null}>
        <LoadError what="MailTracker" error={session.error} onRetry={() => session.refetch()} />
      </Frame>
    );
  }
  if (person === null && !wasSignedIn()) return null;
  // One shape before and after the answer: another would take the page down and build it anew.
  return (
    <>
      <Page person={person}>{children(person)}</Page>
      {session.data?.hasEnded && person ? (
        <Suspense fallback={null}>
          <SessionEnded person={person} />
        </Suspense>
      ) : null}
    </>
  );
}

/** The frame stays while the page inside is fetched. */
function Page({ person, children }: { readonly person: SessionResponse | null; readonly children: ReactNode }) {
  return (
    <Frame person={person}>
      <Suspense fallback={null}>{children}</Suspense>
    </Frame>
  );
}

function SignedOut({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  const [search] = useSearchParams();
  const [path] = useLocation();
  if (session.data?.person) return <Redirect to={toDestination(path, search.get('next'))} replace />;
  return session.isPending ? null : children;
}

const DESTINATIONS = /^\/(live|engagement|signature|campaigns|team|settings)(\/[\w-]+)*$/;

/** New people begin with their signature; an address from outside is never followed. */
function toDestination(path: string, next: string | null): string {
  if (next !== null && DESTINATIONS.test(next)) return next;
  return path === '/sign-up' ? '/signature' : '/engagement';
}

function Anyone({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  if (session.isPending) return null;
  return <Frame person={session.data?.person ?? null}>{children}</Frame>;
}
