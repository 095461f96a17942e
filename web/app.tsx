import type { ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation, useSearchParams } from 'wouter';
import { EngagementPage } from './pages/engagement/engagement-page.tsx';
import { NotFoundPage } from './pages/not-found/not-found-page.tsx';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';
import { SignUpPage } from './pages/sign-up/sign-up-page.tsx';
import { SignaturePage } from './pages/signature/signature-page.tsx';
import { useSession, wasSignedIn } from './session.ts';
import { Frame } from './ui/frame.tsx';
import { LoadError } from './ui/load-error.tsx';

/** Which page an address shows, and to whom. */
export function App() {
  return (
    <Switch>
      <Route path="/">
        <SignedIn>
          <Redirect to="/engagement" replace />
        </SignedIn>
      </Route>
      <Route path="/engagement">
        <SignedIn>
          <EngagementPage />
        </SignedIn>
      </Route>
      <Route path="/signature">
        <SignedIn>
          <SignaturePage />
        </SignedIn>
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
  );
}

const DESTINATIONS = ['/engagement', '/signature'];

/** The frame stands at once for a person who was here before; a stranger sees nothing until the server has answered. */
function SignedIn({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  const [path] = useLocation();
  if (session.data?.person) return <Frame person={session.data.person}>{children}</Frame>;
  if (session.data)
    return <Redirect to={path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`} replace />;
  if (session.error) {
    return (
      <Frame person={null}>
        <LoadError what="MailTracker" error={session.error} onRetry={() => session.refetch()} />
      </Frame>
    );
  }
  return wasSignedIn() ? <Frame person={null}>{children}</Frame> : null;
}

function SignedOut({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  const [search] = useSearchParams();
  const [path] = useLocation();
  if (session.data?.person) return <Redirect to={toDestination(path, search.get('next'))} replace />;
  return session.isPending ? null : children;
}

/** New people begin with their signature; an address from outside is never followed. */
function toDestination(path: string, next: string | null): string {
  if (next !== null && DESTINATIONS.includes(next)) return next;
  return path === '/sign-up' ? '/signature' : '/engagement';
}

function Anyone({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  if (session.isPending) return null;
  return <Frame person={session.data?.person ?? null}>{children}</Frame>;
}
