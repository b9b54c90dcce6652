import { type Imported, moduleOf } from '../../../toolkit/peer-packages.js';

const LOADERS = {
  async typeorm(): Promise<Imported<unknown>> {
    try {
      return { module: await import('typeorm') };
    } catch (error) {
      return { error };
    }
  },
  async pg(): Promise<Imported<unknown>> {
    try {
      return { module: await import('pg') };
    } catch (error) {
      return { error };
    }
  },
  async mysql2(): Promise<Imported<unknown>> {
    try {
      return { module: await import('mysql2') };
    } catch (error) {
      return { error };
    }
  },
  async 'better-sqlite3'(): Promise<Imported<unknown>> {
    try {
      return { module: await import('better-sqlite3') };
    } catch (error) {
      return { error };
    }
  },
  async sqlite3(): Promise<Imported<unknown>> {
    try {
      return { module: await import('sqlite3') };
    } catch (error) {
      return { error };
    }
  },
};

/** TypeORM or a package for which TypeORM has a driver. */
export type PackageName = keyof typeof LOADERS;

/** Imports a package. */
export function importPackage(name: PackageName): Promise<unknown> {
  return moduleOf(LOADERS[name]());
}
