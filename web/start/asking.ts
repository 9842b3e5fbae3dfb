// Asks the API on behalf of a component.
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { ask, type GraphQLError, type Operation } from '../graphql';

// Credentials are the headers that say who asks; none is the local viewer.
export const Credentials = createContext<Record<string, string>>({});

// Fresh asks all that the page shows anew: turn says how often that was wanted.
export const Fresh = createContext({ turn: 0, refresh: () => {} });

export interface Asked<T> {
  data: T | null; // the last answer, also while the next is on its way
  errors: GraphQLError[];
  loading: boolean;
  again: () => void;
}

// useAnswer asks an operation whenever it changes, and gives up the one before; null
// asks nothing. A pause lets somebody type on.
export function useAnswer<T>(operation: Operation | null, pause = 0): Asked<T> {
  const headers = useContext(Credentials);
  const { turn: fresh } = useContext(Fresh);
  const [result, setResult] = useState<{ key: string; data: T | null; errors: GraphQLError[] }>({ key: '', data: null, errors: [] });
  const [turn, setTurn] = useState(0);
  const key = operation ? JSON.stringify([operation, headers, turn, fresh]) : '';
  useEffect(() => {
    if (!operation) return;
    const giveUp = new AbortController();
    const timer = setTimeout(() => {
      ask<T>(operation, headers, giveUp.signal).then(
        (answer) => setResult({ key, data: answer.errors ? null : (answer.data ?? null), errors: answer.errors ?? [] }),
        () => {}, // given up
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      giveUp.abort();
    };
  }, [key]);
  if (!operation) return { data: null, errors: [], loading: false, again: () => {} };
  const loading = result.key !== key;
  return { data: result.data, errors: loading ? [] : result.errors, loading, again: () => setTurn(turn + 1) };
}

// consoleLink is the address at which the console opens an operation.
export function consoleLink(operation: Operation): string {
  const parameters = new URLSearchParams({ query: operation.query });
  if (operation.variables && Object.keys(operation.variables).length) parameters.set('variables', JSON.stringify(operation.variables, null, 2));
  return `/graphiql?${parameters}`;
}
