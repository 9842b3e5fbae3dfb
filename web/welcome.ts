// What the server tells its pages beside the API.

export interface WorkedQuery {
  name: string;
  title: string;
  query: string;
  variables: Record<string, unknown>;
}

export interface Welcome {
  store: string;
  viewer: string;
  queries: WorkedQuery[];
}

export async function welcome(headers: Record<string, string> = {}): Promise<Welcome> {
  const response = await fetch('/welcome.json', { headers });
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as Welcome;
}
