// The shortest paths between two, with the hops and the records behind them.
import { useContext } from 'preact/hooks';
import { ask } from '../graphql';
import type { Sides } from '../welcome';
import { Credentials, useAnswer } from './asking';
import { Answer, count, Kind, plural, Section, words, type Entity, type SectionProps } from './parts';
import { Picker } from './search';
import { projections } from './state';
import query from './queries/paths.graphql?raw';
import exampleQuery from './queries/example.graphql?raw';

interface Statement {
  id: string;
  dataset: string;
  key: string;
  kind: string;
  name: string | null;
  sourceRef: string | null;
  reliability: string | null;
  credibility: number | null;
}

interface Hop {
  id: string;
  kind: string;
  at: string | null;
  amount: string | null;
  currency: string | null;
  quantity: number | null;
  unit: string | null;
  derivedBy: string | null;
  confidence: number;
  from: { id: string };
  records: Statement[];
}

interface Path {
  hops: number;
  entities: Entity[];
  links: Hop[];
}

interface Found {
  shortestPaths: { paths: Path[]; truncatedBecause: string | null; reachedFrom: number | null; reachedTo: number | null };
}

function what(hop: Hop): string {
  return [
    words(hop.kind),
    hop.amount && `${hop.amount} ${hop.currency ?? ''}`.trim(),
    hop.quantity !== null && `${count(hop.quantity)} ${hop.unit ?? ''}`.trim(),
    hop.at?.slice(0, 10),
    hop.confidence < 1 && `confidence ${hop.confidence}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function Records({ of }: { of: Statement[] }) {
  return (
    <details>
      <summary>{plural(of.length, 'record')}</summary>
      <ul>
        {of.map((r) => (
          <li key={r.id}>
            {words(r.kind)} {r.name && `“${r.name}”`} · {r.dataset}, <code>{r.key}</code>
            {r.sourceRef && ` · ${r.sourceRef}`}
            {r.reliability && ` · reliability ${r.reliability}${r.credibility ?? ''}`}
          </li>
        ))}
      </ul>
    </details>
  );
}

// Unconnected says how far each side came; an end that is not in the view comes nowhere.
function Unconnected(p: { from: number; to: number; view: string; directed: boolean }) {
  if (!p.from || !p.to) {
    const missing = p.from ? 'The second is' : p.to ? 'The first is' : 'Neither is';
    return (
      <p>
        {missing} {missing.startsWith('Neither') ? '' : 'not '}in the view “{p.view}”. Try another view.
      </p>
    );
  }
  return (
    <p>
      No path in the view “{p.view}”. From the first {plural(p.from, 'entity', 'entities')} can be reached, and {count(p.to)} reach the second, each itself included. Try another view
      {p.directed && ', or both directions'}.
    </p>
  );
}

function Route({ path, number }: { path: Path; number: number }) {
  return (
    <article>
      <h3>
        {number}. {plural(path.hops, 'hop')}
      </h3>
      <ol class="route">
        {path.entities.map((entity, i) => {
          const hop = path.links[i];
          return (
            <li key={i}>
              <b>{entity.name}</b> <Kind of={entity.kind} />
              {hop && (
                <div class="hop">
                  <span aria-label={hop.from.id === entity.id ? 'forwards' : 'backwards'} role="img">
                    {hop.from.id === entity.id ? '↓' : '↑'}
                  </span>{' '}
                  {what(hop)}
                  <Records of={hop.records} />
                </div>
              )}
            </li>
          );
        })}
      </ol>
    </article>
  );
}

// Example finds two that goods connect, or else takes the first of each side.
function Example({ sides, change }: { sides: Sides; change: SectionProps['change'] }) {
  const headers = useContext(Credentials);
  const show = async () => {
    const answer = await ask<{ shortestPaths: { paths: { entities: { id: string }[] }[] } }>({ query: exampleQuery, variables: sides }, headers);
    const along = answer.data?.shortestPaths.paths[0]?.entities;
    if (along?.length) change({ from: along[0]!.id, to: along.at(-1)!.id, view: 'GOODS', directed: true });
    else change({ from: sides.from[0] ?? '', to: sides.to[0] ?? '', view: 'ALL', directed: false });
  };
  return (
    <button type="button" onClick={() => void show()}>
      Show an example
    </button>
  );
}

export function Paths({ state, change, sides }: SectionProps & { sides: Sides | undefined }) {
  const { from, to, directed, view } = state;
  const scope = { projection: view, orientation: directed ? 'NATURAL' : 'UNDIRECTED' };
  const operation = from && to ? { query, variables: { from: [from], to: [to], scope } } : null;
  const found = useAnswer<Found>(operation);
  return (
    <Section name="paths" title="How are two connected?" state={state} link={{ view, from, to, directed }} operation={operation}>
      <div class="row">
        <Picker label="From" id={from} onPick={(from) => change({ from })} />
        <Picker label="To" id={to} onPick={(to) => change({ to })} />
      </div>
      <label class="check">
        <input type="checkbox" checked={directed} onChange={(e) => change({ directed: e.currentTarget.checked })} /> only the way that goods, money or control go
      </label>
      {!operation && (
        <p class="soft">
          Pick two, here or with “from” and “to” beside any name.{' '}
          {sides && <Example sides={sides} change={change} />}
        </p>
      )}
      <Answer of={found} waiting="Looking for paths…">
        {({ shortestPaths: { paths, truncatedBecause, reachedFrom, reachedTo } }) => (
          <>
            {!paths.length && <Unconnected from={reachedFrom ?? 0} to={reachedTo ?? 0} view={projections[view]} directed={directed} />}
            <div class="routes">
              {paths.map((path, i) => (
                <Route key={i} path={path} number={i + 1} />
              ))}
            </div>
            {truncatedBecause && <p class="soft">There may be others: {truncatedBecause}.</p>}
          </>
        )}
      </Answer>
    </Section>
  );
}
