// The console: GraphiQL with the worked queries as its first tabs. A link
// /graphiql?query=…&variables=… opens in a tab of its own.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './console.css';
import { createElement, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { buildSchema, getOperationAST, parse, type GraphQLSchema } from 'graphql';
import { createClient, type RequestParams } from 'graphql-sse';
import { DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import { useGraphiQL } from '@graphiql/react';
import { ask, type Operation } from '../graphql';
import { tokenKey, welcome, type WorkedQuery } from '../welcome';

interface Tab {
  title: string;
  query: string;
  variables: string;
}

// What is typed here may be sensitive, so it lasts as long as the tab of the browser
// and no longer; tokens in headers are never kept.
const storage = sessionStorage;
const tabsKey = 'graphiql:tabState';

function tabOf(q: WorkedQuery): Tab {
  return { title: q.name, query: q.query, variables: Object.keys(q.variables).length ? JSON.stringify(q.variables, null, 2) : '' };
}

// linked returns what the address asks to open.
function linked(): Tab | undefined {
  const parameters = new URLSearchParams(location.search);
  const query = parameters.get('query');
  return query === null ? undefined : { title: 'Linked', query, variables: parameters.get('variables') ?? '' };
}

// current drops the name of an operation that the document does not have: GraphiQL
// learns the name a moment after one changes tabs, and would send that of the last.
function current({ query, variables, operationName }: Operation): Operation {
  const known = operationName && new RegExp(`\\b${operationName}\\b`).test(query);
  return { query, variables, operationName: known ? operationName : undefined };
}

// Who gave a token on the start page asks with it here too, unless the headers typed
// here say otherwise: a link from there shows the same here.
const token = storage.getItem(tokenKey);
const credentials: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};

function isSubscription({ query, operationName }: Operation): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false; // the server says what is wrong with it
  }
}

// fetcher asks for one answer, or for a subscription for one after the other.
function fetcher(asked: Operation, options?: { headers?: Record<string, string> }) {
  const operation = current(asked);
  const typed = options?.headers ?? {};
  const headers = Object.keys(typed).some((name) => name.toLowerCase() === 'authorization') ? typed : { ...credentials, ...typed };
  if (!isSubscription(operation)) return ask(operation, headers);
  return createClient({ url: '/graphql', headers, retryAttempts: 0 }).iterate(operation as RequestParams);
}

// seed writes the worked queries to where GraphiQL looks for the tabs of last time:
// its own defaultTabs do not take the variables of the first.
function seed(tabs: Tab[]) {
  if (storage.getItem(tabsKey) !== null || tabs.length === 0) return;
  storage.setItem('graphiql:docExplorerFlex', '0.3'); // the documents take most of the width
  const state = { activeTabIndex: 0, tabs: tabs.map((t) => ({ ...t, id: crypto.randomUUID(), headers: null, operationName: t.title, response: null })) };
  storage.setItem(tabsKey, JSON.stringify(state));
}

// Home is the name of the service, which leads to the start page, and that of a viewer
// who gave a token there. It also lets the editor wrap lines, since the comments are there to be read, and brings the tab that
// is open into sight.
function Home({ viewer }: { viewer: string }) {
  const editor = useGraphiQL((state) => state.queryEditor);
  useEffect(() => {
    editor?.updateOptions({ wordWrap: 'on', wrappingIndent: 'indent' });
    document.querySelector('.graphiql-tab-active')?.scrollIntoView({ inline: 'nearest' });
  }, [editor]);
  return createElement('a', { href: '/', className: 'home', title: 'The start page' }, 'Choke', createElement('span', null, 'point'), viewer && createElement('small', null, ` as ${viewer}`));
}

// published reads the schema that is published beside the API: a server that is held to
// a list refuses introspection.
async function published(): Promise<GraphQLSchema | null> {
  try {
    const response = await fetch('/schema.graphqls');
    return response.ok ? buildSchema(await response.text(), { assumeValidSDL: true }) : null;
  } catch {
    return null; // the console works without
  }
}

async function open() {
  const fresh = storage.getItem(tabsKey) === null;
  const told = await welcome(credentials).catch(() => ({ viewer: '', listed: false, queries: [] }));
  const worked = told.queries.map(tabOf);
  seed(worked);
  const first = linked() ?? (fresh ? worked[0] : undefined);
  document.getElementById('listed')!.hidden = !told.listed;
  const page = createElement(
    GraphiQL,
    {
      fetcher: fetcher as never,
      ...(told.listed ? { schema: await published() } : {}),
      storage,
      plugins: [HISTORY_PLUGIN],
      visiblePlugin: DOC_EXPLORER_PLUGIN,
      defaultEditorToolsVisibility: 'variables',
      showPersistHeadersSettings: false,
      inputValueDeprecation: true,
      schemaDescription: true,
      ...(first ? { initialQuery: first.query, initialVariables: first.variables } : {}),
    },
    createElement(GraphiQL.Logo, null, createElement(Home, { viewer: token ? told.viewer : '' })),
  );
  createRoot(document.getElementById('console')!).render(page);
}

void open();
