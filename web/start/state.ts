// What the page shows stands in the fragment of its address: a link to it is a
// permalink, and since a fragment is never sent, no server log learns what was asked.
import { useEffect, useState } from 'preact/hooks';

export const projections = {
  ALL: 'everything',
  PEOPLE: 'people and organizations',
  MONEY: 'money',
  GOODS: 'goods',
  COMMUNICATION: 'communication',
  OWNERSHIP: 'ownership and control',
} as const;

export const measures = {
  PAGERANK: 'where a random walk ends up (PageRank)',
  BETWEENNESS: 'how many shortest paths pass it (betweenness)',
  DEGREE: 'how many neighbours it has (degree)',
  CLOSENESS: 'how near it is to all others (closeness)',
  EIGENVECTOR: 'how central its neighbours are (eigenvector)',
  CORE: 'how dense a part it belongs to (k-core)',
} as const;

export const objectives = {
  FRAGMENTATION: 'the fewest pairs that still reach each other',
  LARGEST_COMPONENT: 'the smallest largest piece',
} as const;

export interface State {
  text: string;
  view: keyof typeof projections;
  measure: keyof typeof measures;
  from: string;
  to: string;
  directed: boolean;
  objective: keyof typeof objectives;
  budget: number;
  show: string; // the section to go to
}

const initial: State = { text: '', view: 'ALL', measure: 'PAGERANK', from: '', to: '', directed: false, objective: 'FRAGMENTATION', budget: 3, show: '' };

function oneOf<T extends object>(table: T, value: string | null, otherwise: keyof T): keyof T {
  return value !== null && Object.hasOwn(table, value) ? (value as keyof T) : otherwise;
}

export function read(fragment: string): State {
  const p = new URLSearchParams(fragment.replace(/^#/, ''));
  const budget = Number(p.get('budget'));
  return {
    text: p.get('text') ?? '',
    view: oneOf(projections, p.get('view'), 'ALL'),
    measure: oneOf(measures, p.get('measure'), 'PAGERANK'),
    from: p.get('from') ?? '',
    to: p.get('to') ?? '',
    directed: p.get('directed') === 'true',
    objective: oneOf(objectives, p.get('objective'), 'FRAGMENTATION'),
    budget: Number.isInteger(budget) && budget >= 1 && budget <= 10 ? budget : initial.budget,
    show: p.get('show') ?? '',
  };
}

// write returns the fragment of a state; what is as it is at first is left out.
export function write(state: Partial<State>): string {
  const p = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    if (value !== initial[name as keyof State]) p.set(name, String(value));
  }
  return '#' + p.toString();
}

// useAddress keeps the state in the address. Changes replace the entry of the history,
// for each letter typed is no place to go back to.
export function useAddress(): [State, (change: Partial<State>) => void] {
  const [state, setState] = useState(() => read(location.hash));
  useEffect(() => {
    const follow = () => setState(read(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const change = (change: Partial<State>) =>
    setState((old) => {
      const next = { ...old, show: '', ...change };
      history.replaceState(null, '', write(next));
      return next;
    });
  return [state, change];
}
