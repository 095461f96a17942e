import './ui/mantine.css';
import './ui/tokens.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem, whenRefused } from './api.ts';
import { App } from './app.tsx';
import { locale } from './messages/locale.ts';
import { loadWords } from './messages/use-words.ts';
import { doubtSession } from './session.ts';
import { ErrorWall } from './ui/error-wall.tsx';
import { theme, toCssVariables } from './ui/theme.ts';

const RETRIES_MAX = 2;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < RETRIES_MAX && isPassing(error),
    },
  },
});

whenRefused(() => doubtSession(client));
document.documentElement.lang = locale;
// What the frame says must be here before it is drawn; in English it came with this file.
void Promise.all([loadWords('shell'), loadWords('engagement')]).then(start);

/** A wrong question stays wrong, and so does a wrong secret; only silence and the server's own faults are asked again. */
function isPassing(error: Error): boolean {
  if (!(error instanceof ApiProblem) || error.code === 'wrong_app_secret') return false;
  return error.status === 0 || error.status >= 500;
}

function start(): void {
  const root = document.getElementById('root');
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={toCssVariables} defaultColorScheme="auto">
        <ErrorWall>
          <QueryClientProvider client={client}>
            <App />
          </QueryClientProvider>
        </ErrorWall>
      </MantineProvider>
    </StrictMode>,
  );
}
