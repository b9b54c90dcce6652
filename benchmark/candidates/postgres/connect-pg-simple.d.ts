declare module 'connect-pg-simple' {
  import type session from 'express-session';
  import type pg from 'pg';

  /** The package ships no types. */
  export default function connectPgSimple(library: typeof session): new (options: {
    pool: pg.Pool;
    createTableIfMissing?: boolean;
  }) => session.Store & {
    ttl: number | undefined;
    set(sid: string, session: object, callback: (error?: unknown) => void): void;
    get(sid: string, callback: (error: unknown, session?: any) => void): void;
    close(): Promise<void>;
  };
}
