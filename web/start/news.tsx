// Tells of data that is newer than what the page shows.
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Answer } from '../graphql';
import { Credentials, Fresh } from './asking';
import query from './queries/follow.graphql?raw';

// What passes: whoever asks again later may be answered.
const passing = ['INTERNAL', 'RATE_LIMITED', 'STALE', 'TIMEOUT', 'UNAVAILABLE'];

// first returns the first answer of a stream of events, or of a refusal, which is a
// line of JSON too; null if the stream ends before.
async function first(response: Response): Promise<Answer<unknown> | null> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; ; ) {
    const { done, value } = await reader.read();
    text += value ?? '';
    const line = /^(?:data: )?(\{.*\})\n/m.exec(done ? text + '\n' : text);
    if (line) {
      void reader.cancel();
      return JSON.parse(line[1]!) as Answer<unknown>;
    }
    if (done) return null;
  }
}

// untilNews waits for a write after a revision, and connects again after a while when
// the stream ends, however that is. It returns whether there is one: false if the
// server will not tell.
async function untilNews(after: string, headers: Record<string, string>, signal: AbortSignal): Promise<boolean> {
  for (let pause = 1000; ; pause = Math.min(2 * pause, 60_000)) {
    try {
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...headers },
        body: JSON.stringify({ query, variables: { after: after || null } }),
        signal,
      });
      if (response.ok) pause = 1000;
      const answer = await first(response);
      if (answer?.data) return true;
      const code = answer?.errors?.[0]?.extensions?.code;
      if (code && !passing.includes(code)) return false;
    } catch {
      if (signal.aborted) return false;
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random()))); // not all at once
    if (signal.aborted) return false;
  }
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return visible;
}

// News offers to show what was written after a revision; '' is before the first. It
// listens while the page is in sight, since a browser has but six connections for all
// its tabs, and until it was told once: then there is nothing more to know.
export function News({ after }: { after: string }) {
  const headers = useContext(Credentials);
  const { refresh } = useContext(Fresh);
  const visible = useVisible();
  const [before, setBefore] = useState<string | null>(null); // the last revision that was followed
  const news = before === after;
  useEffect(() => {
    if (!visible || news) return;
    const giveUp = new AbortController();
    void untilNews(after, headers, giveUp.signal).then((told) => told && setBefore(after));
    return () => giveUp.abort();
  }, [after, headers, visible, news]);
  return (
    <div class="news" tabIndex={-1}>
      <span role="status">{news && 'There is newer data.'}</span>
      {news && (
        <button
          type="button"
          onClick={(e) => {
            e.currentTarget.parentElement!.focus(); // the button goes
            refresh();
          }}
        >
          Show it
        </button>
      )}
    </div>
  );
}
