declare module 'better-sqlite3-session-store' {
  import type BetterSqlite3 from 'better-sqlite3';
  import type session from 'express-session';

  /** The package ships no types. */
  export default function createSessionStore(library: typeof session): new (options: {
    client: BetterSqlite3.Database;
  }) => session.Store & {
    set(sid: string, session: object, callback: (error?: unknown) => void): void;
    get(sid: string, callback: (error: unknown, session?: any) => void): void;
    clear(callback: (error?: unknown) => void): void;
  };
}
