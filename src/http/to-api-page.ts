import { escapeHtml } from '../signatures/escape-html.ts';

/**
 * The OpenAPI document as one HTML page: without a script, so that the content security policy need allow none, and
 * every operation with its parameters, its body and its answers. Texts of the document are escaped.
 */
export function toApiPage(document: ApiDocument): string {
  const groups = groupByTag(document);
  const contents = [...groups.keys()].map((tag) => `<a href="#${toId(tag)}">${escapeHtml(tag)}</a>`).join(' · ');
  const sections = [...groups].map(([tag, operations]) => toSection(document, tag, operations)).join('\n');
  const server = document.servers?.[0]?.url ?? '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MailTracker API</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>MailTracker API</h1>
<p>${escapeHtml(document.info.description ?? '')}</p>
<p>An API key goes into <code>Authorization: Bearer mt_…</code>; Settings, API keys makes one, and its scopes say what it may do.
The same as a document for programs: <a href="/api/openapi.json">openapi.json</a>.</p>
<pre>curl -H "Authorization: Bearer $MAILTRACKER_KEY" ${escapeHtml(server)}/api/admin/tracking/organization-stats</pre>
<nav>${contents}</nav>
${sections}
</main>
</body>
</html>
`;
}

/** Of an OpenAPI 3.1 document what this page shows. */
export interface ApiDocument {
  readonly info: { readonly description?: string };
  readonly servers?: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, ApiSchema>> };
}

interface ApiOperation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly ApiParameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: ApiSchema }>> };
  readonly responses?: Readonly<Record<string, ApiAnswer>>;
}

interface ApiParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: ApiSchema;
}

interface ApiAnswer {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: ApiSchema }>>;
}

interface ApiSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly description?: string;
  readonly items?: ApiSchema;
  readonly properties?: Readonly<Record<string, ApiSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly ApiSchema[];
  readonly oneOf?: readonly ApiSchema[];
  readonly allOf?: readonly ApiSchema[];
  readonly additionalProperties?: ApiSchema | boolean;
}

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: ApiOperation;
}

const DEPTH_MAX = 8;

function groupByTag(document: ApiDocument): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'other';
      const group = groups.get(tag) ?? [];
      group.push({ method: method.toUpperCase(), path, operation });
      groups.set(tag, group);
    }
  }
  return groups;
}

function toSection(document: ApiDocument, tag: string, entries: readonly Entry[]): string {
  const shown = entries.map((entry) => toArticle(document, entry)).join('\n');
  return `<section id="${toId(tag)}"><h2>${escapeHtml(tag)}</h2>\n${shown}\n</section>`;
}

function toArticle(document: ApiDocument, { method, path, operation }: Entry): string {
  const isOpen = operation.security?.length === 0;
  const body = Object.entries(operation.requestBody?.content ?? {});
  return `<details id="${toId(`${method} ${path}`)}">
<summary><b class="${method.toLowerCase()}">${escapeHtml(method)}</b> <code>${escapeHtml(path)}</code> ${escapeHtml(operation.summary ?? '')}${isOpen ? ' <i>without signing in</i>' : ''}</summary>
${operation.description === undefined ? '' : `<p>${escapeHtml(operation.description)}</p>`}
${toParameters(document, operation.parameters ?? [])}
${body.map(([type, { schema }]) => `<h3>Body, ${escapeHtml(type)}</h3>${toPre(document, schema)}`).join('\n')}
${Object.entries(operation.responses ?? {})
  .map(([status, answer]) => toAnswer(document, status, answer))
  .join('\n')}
</details>`;
}

function toParameters(document: ApiDocument, parameters: readonly ApiParameter[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(place)}${required ? ', required' : ''}</td><td><code>${escapeHtml(toText(document, schema, 1))}</code></td><td>${escapeHtml(description ?? schema?.description ?? '')}</td></tr>`,
  );
  return `<table><tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr>${rows.join('')}</table>`;
}

function toAnswer(document: ApiDocument, status: string, { description, content }: ApiAnswer): string {
  if (status === 'default') return PROBLEM;
  const shown = Object.entries(content ?? {}).map(
    ([type, { schema }]) => `${escapeHtml(type)}${toPre(document, schema)}`,
  );
  const told = description === 'Default Response' ? '' : (description ?? '');
  return `<h3>${escapeHtml(status)} ${escapeHtml(told)}</h3>${shown.join('\n')}`;
}

const PROBLEM = '<p>Otherwise a problem document: {type, title, status, detail, code?, errors?}.</p>';

function toPre(document: ApiDocument, schema: ApiSchema | undefined): string {
  return schema === undefined ? '' : `<pre>${toLines(toText(document, schema, 0))}</pre>`;
}

/** Line breaks and indents stay. */
function toLines(text: string): string {
  return text
    .split('\n')
    .map((line) => `${/^ */.exec(line)?.[0] ?? ''}${escapeHtml(line)}`)
    .join('\n');
}

/** A schema in the words of TypeScript. What nests deeper than DEPTH_MAX, or names itself, is cut short. */
function toText(document: ApiDocument, schema: ApiSchema | undefined, depth: number): string {
  if (schema === undefined || depth > DEPTH_MAX) return '…';
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return toText(document, document.components?.schemas?.[name], depth + 1);
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((choice) => toText(document, choice, depth)).join(' | ');
  if (schema.allOf !== undefined) return schema.allOf.map((part) => toText(document, part, depth)).join(' & ');
  if (schema.properties !== undefined) return toObject(document, schema, depth);
  if (schema.items !== undefined) return `[${toText(document, schema.items, depth)}, …]`;
  if (typeof schema.additionalProperties === 'object')
    return `{ [name]: ${toText(document, schema.additionalProperties, depth + 1)} }`;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['anything']);
  return `${types.join(' | ')}${schema.format === undefined ? '' : ` (${schema.format})`}`;
}

function toObject(document: ApiDocument, { properties = {}, required = [] }: ApiSchema, depth: number): string {
  const indent = '  '.repeat(depth + 1);
  const lines = Object.entries(properties).map(([name, schema]) => {
    const told = schema.description === undefined ? '' : `  // ${schema.description.replaceAll('\n', ' ')}`;
    return `${indent}${name}${required.includes(name) ? '' : '?'}: ${toText(document, schema, depth + 1)}${told}`;
  });
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
}

function toId(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--quiet:#8882}
body{font:16px/1.55 system-ui,sans-serif;margin:0}main{max-width:60rem;margin:auto;padding:2rem 1rem 6rem}
h1{font-size:1.8rem}h2{margin-top:2.5rem;text-transform:capitalize}h3{font-size:.95rem;margin:1rem 0 .25rem}
code,pre{font:.85rem/1.5 ui-monospace,monospace}pre{background:var(--quiet);padding:.75rem;border-radius:.5rem;overflow-x:auto}
details{border-bottom:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer;overflow-wrap:anywhere}
summary b{display:inline-block;min-width:4.2rem;font-size:.8rem}i{opacity:.7}
table{border-collapse:collapse;font-size:.9rem}td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}nav{line-height:2}
`;
