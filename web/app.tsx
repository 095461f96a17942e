import { lazy, type ReactNode, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation, useSearchParams } from 'wouter';
import type { SessionResponse } from '../src/contract/session.ts';
import { EngagementPage } from './pages/engagement/engagement-page.tsx';
import { NotFoundPage } from './pages/not-found/not-found-page.tsx';
import { useSession, wasSignedIn } from './session.ts';
import { Frame } from './ui/frame.tsx';
import { LoadError } from './ui/load-error.tsx';

// Engagement comes with the first load; every other page is fetched when it is gone to.
const SignInPage = lazy(async () => ({ default: (await import('./pages/sign-in/sign-in-page.tsx')).SignInPage }));
const SignUpPage = lazy(async () => ({ default: (await import('./pages/sign-up/sign-up-page.tsx')).SignUpPage }));
const JoinPage = lazy(async () => ({ default: (await import('./pages/join/join-page.tsx')).JoinPage }));
const ResetPasswordPage = lazy(async () => ({
  default: (await import('./pages/reset-password/reset-password-page.tsx')).ResetPasswordPage,
}));
const SignaturePage = lazy(async () => ({
  default: (await import('./pages/signature/signature-page.tsx')).SignaturePage,
}));
const LivePage = lazy(async () => ({ default: (await import('./pages/live/live-page.tsx')).LivePage }));
const CampaignsPage = lazy(async () => ({
  default: (await import('./pages/campaigns/campaigns-page.tsx')).CampaignsPage,
}));
const CampaignPage = lazy(async () => ({ default: (await import('./pages/campaign/campaign-page.tsx')).CampaignPage }));
const TeamPage = lazy(async () => ({ default: (await import('./pages/team/team-page.tsx')).TeamPage }));
const SettingsPage = lazy(async () => ({ default: (await import('./pages/settings/settings-page.tsx')).SettingsPage }));

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
  if (session.data?.person) return <Page person={session.data.person}>{children(session.data.person)}</Page>;
  if (session.data)
    return <Redirect to={path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`} replace />;
  if (session.error) {
    return (
      <Frame person={null}>
        <LoadError what="MailTracker" error={session.error} onRetry={() => session.refetch()} />
      </Frame>
    );
  }
  return wasSignedIn() ? <Page person={null}>{children(null)}</Page> : null;
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
