// Speaks GraphQL over HTTP with the server that the page is from.

export interface GraphQLError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; requestId?: string };
}

export interface Answer<T> {
  data?: T | null;
  errors?: GraphQLError[];
}

export interface Operation {
  query: string;
  variables?: unknown;
  operationName?: string | null | undefined;
}

// ask always resolves: what goes wrong on the way is an error of the answer, in words
// that say what to do.
export async function ask<T>(operation: Operation, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Answer<T>> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json', ...headers },
      body: JSON.stringify(operation),
      signal: signal ?? null,
    });
    return (await response.json()) as Answer<T>;
  } catch (cause) {
    if (signal?.aborted) throw cause;
    return { errors: [{ message: 'The server does not answer. Is it still running? Start it again and repeat the question.' }] };
  }
}
