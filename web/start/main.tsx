// The start page. All that it shows of the data it asks of /graphql, as the viewer.
import './start.css';
import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { tokenKey, welcome, type Welcome } from '../welcome';
import { consoleLink, Credentials, Fresh } from './asking';
import { Breaks } from './breaks';
import { Figures, size, useLoaded } from './loaded';
import { News } from './news';
import { Choice } from './parts';
import { Paths } from './paths';
import { Ranking } from './ranking';
import { Search } from './search';
import { projections, useAddress } from './state';

// In a store of at most so many links every question is answered in passing.
const fewLinks = 20_000;

// Token lets one ask as another viewer. It lasts as long as the tab of the browser.
function Token({ viewer, token, onToken }: { viewer: string; token: string; onToken: (token: string) => void }) {
  return (
    <details class="token">
      <summary>{viewer ? `You ask as ${viewer}` : 'Who asks'}</summary>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          onToken(String(new FormData(e.currentTarget).get('token') ?? '').trim());
        }}
      >
        <label>
          <span>Development token; empty for the local viewer</span>
          <input name="token" type="password" autocomplete="off" defaultValue={token} />
        </label>
        <button type="submit">Use</button>
      </form>
    </details>
  );
}

function Worked({ of }: { of: Welcome | null }) {
  if (!of?.queries.length) return null;
  return (
    <section aria-labelledby="worked">
      <header>
        <h2 id="worked">{of.listed ? 'Operations of the list' : 'Worked queries'}</h2>
      </header>
      <p class="soft">{of.listed ? 'This server answers these and what this page asks, and nothing else. Each opens in the console.' : 'Each opens in the console, with comments that explain it.'}</p>
      <ol class="list">
        {of.queries.map((q) => (
          <li key={q.name}>
            <a href={consoleLink(q)}>{q.title}</a>
          </li>
        ))}
      </ol>
    </section>
  );
}

const places = {
  '/graphiql': 'the console: write queries, with completion, docs and worked examples',
  '/graphql': 'the API: POST, or GET for queries',
  '/schema.graphqls': 'everything that can be asked, each field explained with an example',
  '/readyz': 'whether operations can be answered',
  '/assets/licenses.md': 'the licences of what these pages are made of',
};

function Places() {
  return (
    <section aria-labelledby="places">
      <header>
        <h2 id="places">Places</h2>
      </header>
      <pre class="copy" tabIndex={0} aria-label="A command that asks the API">
        {`curl ${location.origin}/graphql -H 'Content-Type: application/json' \\\n  -d '{"query":"{ centrality(measure: PAGERANK, first: 5) { nodes { rank score entity { name kind } } } }"}'`}
      </pre>
      <ul class="list">
        {Object.entries(places).map(([path, what]) => (
          <li key={path}>
            <a href={path === '/graphql' ? '/graphql?query=%7B__typename%7D' : path}>{path}</a> <span class="soft">{what}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Questions({ told }: { told: Welcome | null }) {
  const [state, change] = useAddress();
  const loaded = useLoaded();
  const links = loaded.data ? size(loaded.data).links : Infinity;
  const empty = loaded.data !== null && size(loaded.data).records === 0;
  const refused = loaded.errors[0]?.extensions?.code === 'UNAUTHENTICATED'; // said once
  return (
    <>
      <Figures of={loaded} />
      {loaded.data && <News after={loaded.data.revisions.nodes[0]?.token ?? ''} />}
      {!empty && !refused && (
        <>
          <Search state={state} change={change} />
          <div class="view">
            <Choice label="Look at" table={projections} value={state.view} onPick={(view) => change({ view })} />
          </div>
          <Ranking state={state} change={change} />
          <Paths state={state} change={change} sides={told?.sides} />
          <Breaks state={state} change={change} small={links <= fewLinks} />
        </>
      )}
    </>
  );
}

function App() {
  const [token, setToken] = useState(() => sessionStorage.getItem(tokenKey) ?? '');
  const [told, setTold] = useState<Welcome | null>(null);
  const [turn, setTurn] = useState(0);
  const fresh = useMemo(() => ({ turn, refresh: () => setTurn(turn + 1) }), [turn]);
  const headers = useMemo((): Record<string, string> => (token ? { Authorization: `Bearer ${token}` } : {}), [token]);
  useEffect(() => {
    setTold(null);
    welcome(headers).then(setTold, () => {});
  }, [headers]);
  const onToken = (token: string) => {
    sessionStorage.setItem(tokenKey, token);
    setToken(token);
  };
  return (
    <Credentials.Provider value={headers}>
      <main>
        <header class="top">
          <h1>
            Choke<span>point</span>
          </h1>
          <p class="soft">Who holds the network together, and what falls apart without them.</p>
          <p>
            {told?.store && (
              <>
                Loaded: <strong>{told.store}</strong>.{' '}
              </>
            )}
            <a href="/graphiql">Open the console</a>
          </p>
          <Token viewer={told?.viewer ?? ''} token={token} onToken={onToken} />
        </header>
        <Fresh.Provider value={fresh}>
          <Questions told={told} />
        </Fresh.Provider>
        <Worked of={told} />
        <Places />
      </main>
    </Credentials.Provider>
  );
}

const page = document.getElementById('page')!;
page.replaceChildren(); // what stands there without scripts
render(<App />, page);
