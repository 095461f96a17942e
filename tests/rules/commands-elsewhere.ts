/**
 * What pages tell to type and tests/journeys/docs.test.ts does not type itself, each with what stands in for it: a file
 * that does the same, or the reason why nothing here can. The first pattern that fits counts.
 */
export const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^npm start\b/, 'tests/journeys/first-start.test.ts'],
  [/^npm test$/, 'is what runs this'],
  [/^npm run check$/, 'is a part of npm test'],
  [/^npm run -s mailtracker --( <command>)?$/, 'says how a verb is typed in a clone; docs.test.ts types many so'],
  [/^npm run build$/, 'tests/journeys/first-start.test.ts'],
  [/^npm run format$/, 'would change files; npm run check holds that it has nothing to do'],
  [/^npm run fakes$/, 'runs until it is ended; the same fakes are used by tests/journeys/docs.test.ts'],
  [/^npm run screenshots\b/, 'takes minutes and changes files'],
  [/^npm run evaluate -- /, 'bench/evaluate.ts'],
  [/^(npm run bench|npx tsx bench\/)/, 'is a measurement of minutes on a machine without other work'],
  [/^(FAULTS=long )?npx vitest run\b/, 'is a part of npm test, or its long form'],
  [/^npm run test:faults$/, 'is the long form of what npm test runs'],
  [/^npm ci$/, 'bin/ready.mjs'],
  [/^node bin\/release\.mjs /, 'tests/rules/release.test.ts'],
  [
    /^(npm install (--omit=dev --ignore-scripts )?\.\/mailtracker-[\d.]+\.tgz|npx mailtracker (serve|--version))$/,
    'tests/journeys/package.test.ts',
  ],
  [/mailtracker (backup|restore|serve)\b|^cp data\/app-secret /, 'tests/journeys/backup.test.ts'],
  [/^promtool check /, 'tests/journeys/docs.test.ts'],
  [
    /^docker |^export APP_SECRET=/,
    'no engine runs here: tests/rules/deploy.test.ts reads the files, tests/journeys/package.test.ts does the steps',
  ],
  [
    /^(useradd|mkdir|install|cp deploy\/|systemctl)\b/,
    'needs root and systemd: tests/rules/deploy.test.ts asks systemd-analyze',
  ],
  [/^HOST=127\.0\.0\.1 PUBLIC_URL=/, 'tests/journeys/proxy.test.ts'],
  [/^MAILTRACKER_(KEY|SECRET)=/, 'tests/journeys/docs.test.ts'],
];
