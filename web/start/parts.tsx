// What the sections of the page are made of.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Operation } from '../graphql';
import { consoleLink, type Asked } from './asking';
import { write, type State } from './state';

export interface Entity {
  id: string;
  name: string;
  kind: string;
}

export interface SectionProps {
  state: State;
  change: (change: Partial<State>) => void;
}

export function count(n: number): string {
  return n.toLocaleString('en');
}

// words writes a name such as BankAccount or OWNED_BY for people.
export function words(name: string): string {
  const spaced = name.includes('_') || name === name.toUpperCase() ? name.replaceAll('_', ' ') : name.replace(/([a-z])([A-Z])/g, '$1 $2');
  return spaced.toLowerCase();
}

export function plural(n: number, one: string, many = one + 's'): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

// Section has a heading, a link to exactly this, and the query behind it.
export function Section(p: { name: string; title: string; state: State; link: Partial<State>; operation: Operation | null; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (p.state.show === p.name) {
      heading.current?.scrollIntoView();
      heading.current?.focus();
    }
  }, [p.state.show]);
  return (
    <section aria-labelledby={p.name}>
      <header>
        <h2 id={p.name} tabIndex={-1} ref={heading}>
          {p.title}
        </h2>
        <nav aria-label={`Links of “${p.title}”`}>
          <a href={write({ ...p.link, show: p.name })}>Permalink</a>
          {p.operation && <a href={consoleLink(p.operation)}>Open in GraphiQL</a>}
        </nav>
      </header>
      {p.children}
    </section>
  );
}

// Answer shows what an operation came to: an error with what to do, or its content,
// greyed while the next answer is on its way.
export function Answer<T>(p: { of: Asked<T>; waiting: string; children: (data: T) => ComponentChildren }) {
  const { data, errors, loading, again } = p.of;
  const error = errors[0];
  return (
    <div class="answer" aria-busy={loading}>
      <p class="status" role="status">
        {loading ? p.waiting : ''}
      </p>
      {error && (
        <div role="alert" class="error">
          <p>{error.message}</p>
          <p class="soft">
            {error.extensions?.code} {error.extensions?.requestId && `· request ${error.extensions.requestId}`}{' '}
            <button type="button" onClick={again}>
              Try again
            </button>
          </p>
        </div>
      )}
      {data && !error && <div class={loading ? 'stale' : ''}>{p.children(data)}</div>}
    </div>
  );
}

export function Kind({ of }: { of: string }) {
  return <span class="kind">{words(of)}</span>;
}

// Bar is a share of a whole. The number beside it says the same in words.
export function Bar({ share }: { share: number }) {
  return (
    <span class="bar" aria-hidden="true">
      <span style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
    </span>
  );
}

// Ends offers an entity as an end of a path.
export function Ends({ of, change }: { of: Entity; change: SectionProps['change'] }) {
  return (
    <span class="ends">
      <button type="button" aria-label={`Path from ${of.name}`} onClick={() => change({ from: of.id })}>
        from
      </button>
      <button type="button" aria-label={`Path to ${of.name}`} onClick={() => change({ to: of.id })}>
        to
      </button>
    </span>
  );
}

export function Choice<K extends string>(p: { label: string; table: Record<K, string>; value: K; onPick: (key: K) => void }) {
  return (
    <label>
      {p.label}{' '}
      <select value={p.value} onChange={(e) => p.onPick(e.currentTarget.value as K)}>
        {(Object.entries(p.table) as [K, string][]).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
