// What breaks the network: the few whose removal does the most, with before and after.
import { useState } from 'preact/hooks';
import { useAnswer } from './asking';
import { Answer, Bar, Choice, count, Kind, Section, type Entity, type SectionProps } from './parts';
import { figure } from './ranking';
import { objectives, projections } from './state';
import query from './queries/breaks.graphql?raw';

interface Figures {
  components: number;
  largestComponent: number;
  connectedPairs: number;
}

interface Plan {
  chokepoints: {
    choices: { rank: number; entity: Entity; marginalEffect: number | null }[];
    before: Figures;
    after: Figures;
    optimal: boolean;
    gap: number | null;
    alternativesTotal: number | null;
  };
}

function proof(plan: Plan['chokepoints']): string {
  if (!plan.optimal) return plan.gap === null ? 'The best found; no bound is known.' : `The best found, proven to be within ${figure(plan.gap * 100)} % of the best possible.`;
  if (plan.alternativesTotal === null) return 'Proven: no others do more.';
  return plan.alternativesTotal === 0 ? 'Proven: no others do as much.' : `Proven: no others do more, ${count(plan.alternativesTotal)} as much.`;
}

function Compared({ name, before, after, most }: { name: string; before: number; after: number; most: number }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {[before, after].map((n, i) => (
        <td class="scored" key={i}>
          <Bar share={n / (most || 1)} /> <span class="number">{count(n)}</span>
        </td>
      ))}
    </tr>
  );
}

// Breaks asks by itself in a small store; in a large one it waits to be told, since
// this is the dearest question of the page.
export function Breaks({ state, change, small }: SectionProps & { small: boolean }) {
  const { view, objective, budget } = state;
  const [told, setTold] = useState(state.show === 'breaks');
  const operation = { query, variables: { objective, budget, scope: { projection: view } } };
  const plan = useAnswer<Plan>(small || told ? operation : null);
  return (
    <Section name="breaks" title="What breaks it?" state={state} link={{ view, objective, budget }} operation={operation}>
      <div class="row">
        <label>
          How many to take away{' '}
          <input type="number" min={1} max={10} value={budget} onChange={(e) => change({ budget: Math.max(1, Math.min(10, Math.round(Number(e.currentTarget.value)) || 3)) })} />
        </label>
        <Choice label="so as to leave" table={objectives} value={objective} onPick={(objective) => change({ objective })} />
      </div>
      {!small && !told && (
        <p>
          <button type="button" onClick={() => setTold(true)}>
            Find them
          </button>{' '}
          <span class="soft">This may take a while: sets are compared, not single entities.</span>
        </p>
      )}
      <Answer of={plan} waiting="Comparing sets…">
        {({ chokepoints: plan }) => {
          if (!plan.choices.length) return <p>There is nothing to take apart in the view “{projections[view]}”. Choose another above.</p>;
          const { before, after } = plan;
          const most = Math.max(...plan.choices.map((c) => c.marginalEffect ?? 0));
          return (
            <>
              <table>
                <caption class="hidden">Whom to take away</caption>
                <thead>
                  <tr>
                    <th scope="col">Order</th>
                    <th scope="col">Name</th>
                    <th scope="col">{objective === 'FRAGMENTATION' ? 'Pairs parted' : 'Less in the largest piece'}</th>
                  </tr>
                </thead>
                <tbody>
                  {plan.choices.map((c) => (
                    <tr key={c.entity.id}>
                      <td class="number">{c.rank}</td>
                      <th scope="row">
                        {c.entity.name} <Kind of={c.entity.kind} />
                      </th>
                      <td class="scored">
                        <Bar share={(c.marginalEffect ?? 0) / (most || 1)} /> <span class="number">{c.marginalEffect === null ? 'not defined' : count(c.marginalEffect)}</span>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <table>
                <caption class="hidden">The network before and after</caption>
                <thead>
                  <tr>
                    <th scope="col">Network</th>
                    <th scope="col">Before</th>
                    <th scope="col">Without {plan.choices.length === 1 ? 'it' : `these ${plan.choices.length}`}</th>
                  </tr>
                </thead>
                <tbody>
                  <Compared name="Pairs that reach each other" before={before.connectedPairs} after={after.connectedPairs} most={before.connectedPairs} />
                  <Compared name="Largest piece" before={before.largestComponent} after={after.largestComponent} most={before.largestComponent} />
                  <Compared name="Pieces" before={before.components} after={after.components} most={Math.max(before.components, after.components)} />
                </tbody>
              </table>
              <p class="soft">
                {proof(plan)}
              </p>
            </>
          );
        }}
      </Answer>
    </Section>
  );
}
