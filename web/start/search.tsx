// Search, with results as one types, and the field that picks an entity by its name.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useAnswer } from './asking';
import { Answer, Ends, Kind, plural, Section, words, type Entity, type SectionProps } from './parts';
import query from './queries/search.graphql?raw';
import pickQuery from './queries/pick.graphql?raw';
import nameQuery from './queries/name.graphql?raw';

interface Found {
  search: { totalCount: number; nodes: { score: number; matched: string[]; entity: Entity & { datasets: string[]; linkCounts: { kind: string; count: number }[] } }[] };
}

const pause = 150; // between two letters of somebody who types on, in ms

export function Search({ state, change }: SectionProps) {
  const field = useRef<HTMLInputElement>(null);
  const text = state.text.trim();
  const operation = text ? { query, variables: { text } } : null;
  const found = useAnswer<Found>(operation, pause);
  useEffect(() => {
    const jump = (e: KeyboardEvent) => {
      if (e.key === '/' && !(e.target as Element).closest('input, select, textarea')) {
        e.preventDefault();
        field.current?.focus();
      }
    };
    addEventListener('keydown', jump);
    return () => removeEventListener('keydown', jump);
  }, []);
  return (
    <Section name="search" title="Who or what?" state={state} link={{ text: state.text }} operation={operation}>
      <label class="wide">
        <span>
          A name, spelt roughly <kbd>/</kbd>
        </span>
        <input ref={field} type="search" value={state.text} autocomplete="off" spellcheck={false} placeholder="harbor frieght" onInput={(e) => change({ text: e.currentTarget.value })} />
      </label>
      {!text && <p class="soft">Type, and what resembles it appears: people, companies, accounts, wallets, ships, addresses.</p>}
      <Answer of={found} waiting="Searching…">
        {({ search }) =>
          search.totalCount === 0 ? (
            <p>Nothing here resembles “{text}”. Try fewer letters, another spelling, or a part of the name.</p>
          ) : (
            <>
              <p class="soft" role="status">
                {plural(search.totalCount, 'match', 'matches')}
                {search.totalCount > search.nodes.length && `, the best ${search.nodes.length}:`}
              </p>
              <ol class="list">
                {search.nodes.map(({ entity, matched }) => (
                  <li key={entity.id}>
                    <span class="grow">
                      <b>{entity.name}</b> <Kind of={entity.kind} />
                      <small>
                        {matched.filter((m) => m !== entity.name).map((m) => `matches “${m}” · `)}
                        {entity.linkCounts.map((l) => `${l.count} ${words(l.kind)}`).join(', ') || 'no links'} · {entity.datasets.join(', ')}
                      </small>
                    </span>
                    <Ends of={entity} change={change} />
                  </li>
                ))}
              </ol>
            </>
          )
        }
      </Answer>
    </Section>
  );
}

interface Picked {
  entity: Entity | null;
}

// Picker is a combobox (ARIA 1.2): type a name, choose with the arrow keys and Enter.
export function Picker(p: { label: string; id: string; onPick: (id: string) => void }) {
  const list = useId();
  const [text, setText] = useState<string | null>(null); // null: show what is picked
  const [active, setActive] = useState(0);
  const typed = text?.trim() ?? '';
  const named = useAnswer<Picked>(p.id ? { query: nameQuery, variables: { id: p.id } } : null);
  const found = useAnswer<Found>(typed ? { query: pickQuery, variables: { text: typed } } : null, pause);
  const options = typed && !found.loading ? (found.data?.search.nodes.map((n) => n.entity) ?? []) : [];
  const open = typed !== '';
  const picked = p.id && named.data ? (named.data.entity?.name ?? 'not found') : p.id ? '…' : '';
  const pick = (e: Entity | undefined) => {
    if (!e) return;
    p.onPick(e.id);
    setText(null);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && options.length) {
      setActive((active + step + options.length) % options.length);
    } else if (e.key === 'Enter' && open) {
      pick(options[active]);
    } else if (e.key === 'Escape' && text !== null) {
      setText(null);
    } else {
      return;
    }
    e.preventDefault();
  };
  return (
    <div class="picker">
      <label>
        <span>{p.label}</span>
        <input
          role="combobox"
          aria-expanded={open}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={options.length ? `${list}-${active}` : undefined}
          autocomplete="off"
          spellcheck={false}
          placeholder="a name"
          value={text ?? picked}
          onFocus={(e) => e.currentTarget.select()}
          onInput={(e) => {
            setText(e.currentTarget.value);
            setActive(0);
          }}
          onBlur={() => setText(null)}
          onKeyDown={onKeyDown}
        />
      </label>
      <ul role="listbox" id={list} aria-label={p.label} hidden={!open}>
        {options.map((e, i) => (
          // Chosen on mouse down, before the field loses the focus.
          <li key={e.id} role="option" id={`${list}-${i}`} aria-selected={i === active} onMouseDown={() => pick(e)}>
            {e.name} <Kind of={e.kind} />
          </li>
        ))}
        {open && !options.length && (
          <li role="option" aria-disabled="true" aria-selected="false" class="soft">
            {found.loading ? 'Searching…' : 'Nothing resembles it.'}
          </li>
        )}
      </ul>
    </div>
  );
}
