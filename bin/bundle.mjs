// Puts the packages that the built server needs into dist/vendor, so that an installed MailTracker brings two
// dependencies instead of a hundred. Only what is imported comes in; our own files stay where they are, each by itself.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMain, orExit, ROOT, StepError } from './step.mjs';

/**
 * Rewrites the compiled files of `folder`, which lies in this package, in place: their imports of packages lead to
 * `vendor/`, but for those that an installed package brings. Throws StepError on what neither holds.
 */
export async function bundle(folder) {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const shipped = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const { build } = await import(pathToFileURL(join(ROOT, 'node_modules/vite/dist/node/index.js')).href);
  const own = listScripts(folder);
  const held = new Set();
  await build({
    configFile: false,
    envFile: false,
    root: ROOT,
    logLevel: 'error',
    ssr: { noExternal: true, target: 'node' },
    define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
    // What a package offers for Node, as Node itself would choose.
    resolve: { conditions: ['node'], externalConditions: ['node'] },
    plugins: [leaveOurs(folder, shipped), refuseStrays(shipped), noteLicences(held)],
    build: {
      ssr: true,
      target: 'node20',
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(own.map((path) => [toName(folder, path), path])),
        // The compiled files export what other compiled files, and the tests of the built program, look for.
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'vendor/[name]-[hash].js' },
      },
    },
  });
  writeFileSync(join(folder, 'vendor', 'LICENSES.txt'), toLicences(held));
}

/** Looked for by a package in a try block, and never there. */
const ABSENT = ['pg-native'];

function listScripts(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => path.endsWith('.js') && !relative(folder, path).startsWith(`web${sep}`))
    .sort();
}

function toName(folder, path) {
  return relative(folder, path).split(sep).join('/').replace(/\.js$/, '');
}

/** Our files import each other as they did before; shipped packages and Node's own modules stay outside too. */
function leaveOurs(folder, shipped) {
  return {
    name: 'leave-ours',
    enforce: 'pre',
    resolveId(source, importer) {
      if (importer === undefined) return null;
      if (source.startsWith('.') && importer.startsWith(folder + sep)) return { id: source, external: true };
      return isOutside(source, shipped) ? { id: source, external: true } : null;
    },
  };
}

function isOutside(source, shipped) {
  return isBuiltin(source) || ABSENT.includes(source) || shipped.includes(toPackage(source));
}

/** An import that nobody will install would fail on the first machine but the builder's. */
function refuseStrays(shipped) {
  const isBrought = (source) => source.startsWith('.') || isOutside(source, shipped);
  return {
    name: 'refuse-strays',
    generateBundle(_options, files) {
      const strays = Object.values(files).flatMap(({ fileName, imports = [], dynamicImports = [] }) =>
        [...imports, ...dynamicImports]
          .filter((source) => !(source in files) && !isBrought(source))
          .map((source) => `${fileName}: ${source}`),
      );
      if (strays.length > 0)
        throw new StepError(`The build left imports that no package brings:\n${strays.join('\n')}`);
    },
  };
}

/** Remembers of which packages something stays in the result. */
function noteLicences(held) {
  return {
    name: 'note-licences',
    generateBundle(_options, files) {
      for (const file of Object.values(files)) {
        for (const [id, { renderedLength }] of Object.entries(file.modules ?? {})) {
          const root = renderedLength > 0 ? toPackageRoot(id) : null;
          if (root !== null) held.add(root);
        }
      }
    },
  };
}

/** `@scope/name/deep/file.js` → `@scope/name`. */
function toPackage(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The folder of the package that a file under node_modules belongs to; null for any other file. */
function toPackageRoot(id) {
  const path = id.replace(/^\0/, '').replace(/\?.*$/, '').split(sep).join('/');
  const at = path.lastIndexOf('/node_modules/');
  if (at < 0) return null;
  return `${path.slice(0, at)}/node_modules/${toPackage(path.slice(at + '/node_modules/'.length))}`;
}

/** One text with name, version and licence of every package that is inside. */
function toLicences(held) {
  return [...held]
    .sort((a, b) => (toPackageName(a) < toPackageName(b) ? -1 : 1))
    .map((root) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const file = readdirSync(root).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
      const text = file && statSync(join(root, file)).isFile() ? readFileSync(join(root, file), 'utf8').trim() : '';
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function toPackageName(root) {
  return root.slice(root.lastIndexOf('/node_modules/'));
}

// A program of its own, since Vite changes the environment of the process that it runs in.
if (isMain(import.meta.url)) await orExit(() => bundle(resolve(process.argv[2] ?? '')));
