// What the server tells its pages beside the API.

// Where a development token is kept, in sessionStorage: for the pages of one tab of the
// browser, as long as it is open.
export const tokenKey = 'chokepoint:token';

export interface WorkedQuery {
  name: string;
  title: string;
  query: string;
  variables: Record<string, unknown>;
}

export interface Welcome {
  store: string;
  viewer: string;
  listed: boolean; // only the operations of a list are answered: queries, and those of the start page
  queries: WorkedQuery[];
  sides?: Sides; // between whom there may be an example of a path
}

// Sides are many entities, of which some of the first may lead to some of the others.
export interface Sides {
  from: string[];
  to: string[];
}

export async function welcome(headers: Record<string, string> = {}): Promise<Welcome> {
  const response = await fetch('/welcome.json', { headers });
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as Welcome;
}
