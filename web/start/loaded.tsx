// What is loaded: datasets, counts, the newest revision.
import { useAnswer, type Asked } from './asking';
import { Answer, count } from './parts';
import query from './queries/loaded.graphql?raw';

export interface Loaded {
  datasets: { name: string; title: string | null; records: number; links: number }[];
  entities: { totalCount: number };
  revisions: { nodes: { token: string; at: string; who: string; reason: string | null; import: string | null }[] };
}

export function useLoaded(): Asked<Loaded> {
  return useAnswer<Loaded>({ query });
}

export function size(l: Loaded): { records: number; links: number } {
  return l.datasets.reduce((sum, d) => ({ records: sum.records + d.records, links: sum.links + d.links }), { records: 0, links: 0 });
}

export function Figures({ of }: { of: Asked<Loaded> }) {
  return (
    <Answer of={of} waiting="Counting…">
      {(loaded) => {
        const { records, links } = size(loaded);
        const newest = loaded.revisions.nodes[0];
        if (!records) {
          return (
            <div class="empty">
              <p>Nothing is loaded yet, or nothing that you may see. Load files and start again:</p>
              <pre>chokepoint import people.csv payments.csv{'\n'}chokepoint serve</pre>
            </div>
          );
        }
        return (
          <>
            <dl>
              {Object.entries({ entities: loaded.entities.totalCount, records, links, [loaded.datasets.length === 1 ? 'dataset' : 'datasets']: loaded.datasets.length }).map(([name, n]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{count(n)}</dd>
                </div>
              ))}
            </dl>
            <p class="soft">
              {newest && (
                <>
                  Revision <code title={newest.token}>{newest.token.slice(0, 8)}…</code> of <time dateTime={newest.at}>{newest.at.slice(0, 16).replace('T', ' ')} UTC</time> by {newest.who}
                  {newest.reason && `: ${newest.reason}`}
                  {newest.import && `: ${newest.import.startsWith('import') ? '' : 'import '}${newest.import}`}
                </>
              )}
            </p>
            {loaded.datasets.length > 1 && (
              <details>
                <summary>The datasets</summary>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Dataset</th>
                      <th scope="col">Records</th>
                      <th scope="col">Links</th>
                    </tr>
                  </thead>
                  <tbody>
                    {loaded.datasets.map((d) => (
                      <tr key={d.name}>
                        <th scope="row">{d.title ?? d.name}</th>
                        <td class="number">{count(d.records)}</td>
                        <td class="number">{count(d.links)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </details>
            )}
          </>
        );
      }}
    </Answer>
  );
}
