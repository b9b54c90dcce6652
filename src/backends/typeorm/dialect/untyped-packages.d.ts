// These packages come without types. Types would not help: each package is passed to TypeORM, which reads it.
declare module 'pg';
declare module 'better-sqlite3';
