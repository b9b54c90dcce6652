/** The part of `pg`'s Client that is used here. */
interface Client {
  on(event: 'error', listener: () => void): unknown;
}

type ClientClass = new (...parameters: never[]) => Client;

/**
 * The client of `pg` that never speaks to nobody. A pool takes its listener away before its caller can add one; an error
 * that the server sent in one piece with what made the client ready comes in between, and would end the process (rule
 * ER-5). The pool and the caller still hear what they listen for.
 * @returns options for the pool
 */
export function heardClient(pg: unknown): { readonly Client?: ClientClass } {
  if (!hasClient(pg)) return {};
  return {
    Client: class extends pg.Client {
      constructor(...parameters: never[]) {
        super(...parameters);
        this.on('error', () => {});
      }
    },
  };
}

function hasClient(pg: unknown): pg is { readonly Client: ClientClass } {
  return typeof pg === 'object' && pg !== null && 'Client' in pg && typeof pg.Client === 'function';
}
