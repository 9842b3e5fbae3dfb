// The ranking, with bars.
import { useAnswer } from './asking';
import { Answer, Bar, Choice, count, Ends, Kind, Section, type Entity, type SectionProps } from './parts';
import { measures, projections } from './state';
import query from './queries/ranking.graphql?raw';

interface ComputedOn {
  nodes: number;
  links: number;
  exact: boolean;
  samples: number | null;
  error: number | null;
}

interface Ranked {
  centrality: { totalCount: number; nodes: { rank: number; score: number | null; entity: Entity }[]; computedOn: ComputedOn };
}

// figure writes a score with as many digits as tell.
export function figure(n: number): string {
  return Math.abs(n) >= 1000 ? count(Math.round(n)) : String(Number(n.toPrecision(4)));
}

function sureness(on: ComputedOn): string {
  const size = `${count(on.nodes)} entities and ${count(on.links)} links`;
  if (on.exact) return `Exact, on ${size}.`;
  return `Estimated from ${count(on.samples ?? 0)} samples${on.error === null ? '' : `, ± ${figure(on.error)}`}, on ${size}.`;
}

export function Ranking({ state, change }: SectionProps) {
  const operation = { query, variables: { measure: state.measure, scope: { projection: state.view } } };
  const ranked = useAnswer<Ranked>(operation);
  return (
    <Section name="ranking" title="Who matters most?" state={state} link={{ view: state.view, measure: state.measure }} operation={operation}>
      <Choice label="By" table={measures} value={state.measure} onPick={(measure) => change({ measure })} />
      <Answer of={ranked} waiting="Ranking…">
        {({ centrality: { nodes, totalCount, computedOn } }) => {
          if (!nodes.length) return <p>There is nothing in the view “{projections[state.view]}”. Choose another above.</p>;
          const most = Math.max(...nodes.map((n) => Math.abs(n.score ?? 0))) || 1;
          return (
            <>
              <table>
                <caption class="hidden">The ten first of {count(totalCount)}</caption>
                <thead>
                  <tr>
                    <th scope="col">Rank</th>
                    <th scope="col">Name</th>
                    <th scope="col">Score</th>
                    <th scope="col">Path</th>
                  </tr>
                </thead>
                <tbody>
                  {nodes.map(({ rank, score, entity }) => (
                    <tr key={entity.id}>
                      <td class="number">{rank}</td>
                      <th scope="row">
                        {entity.name} <Kind of={entity.kind} />
                      </th>
                      <td class="scored">
                        <Bar share={Math.abs(score ?? 0) / most} /> <span class="number">{score === null ? 'not defined' : figure(score)}</span>
                      </td>
                      <td>
                        <Ends of={entity} change={change} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <p class="soft">{sureness(computedOn)}</p>
            </>
          );
        }}
      </Answer>
    </Section>
  );
}
