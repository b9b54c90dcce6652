import type { FactoryProvider } from '@nestjs/common';
import type { BaseStorage } from '../contract/base-storage.js';
import { getFsmStorageToken } from '../contract/storage-token.js';
import { isFsmStorageError } from '../errors/fsm-storage.error.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { readStorageOptions } from '../storage/storage-options.js';
import { describeStorage, getRootToken } from './storage-tokens.js';

/**
 * Provides the view `<root>.<feature>` of a storage (rule NS-4).
 * @throws InvalidOptionsError at once when `feature` cannot be part of a namespace
 */
export function createFeatureProvider(feature: string, storageName?: string): FactoryProvider<BaseStorage> {
  assertFeature(feature, storageName);
  const subject = `FsmStorageModule.forFeature('${feature}')`;
  return {
    provide: getFeatureToken(feature, storageName),
    inject: [
      { token: getRootToken(storageName), optional: true },
      { token: getRootToken(getFeatureName(feature, storageName)), optional: true },
    ],
    useFactory: (root?: BaseStorage, namesake?: BaseStorage): BaseStorage => {
      if (namesake !== undefined)
        throw new InvalidOptionsError(subject, [describeNameClash(getFeatureName(feature, storageName))]);
      if (root === undefined) throw new InvalidOptionsError(subject, [describeMissingRoot(storageName)]);
      return viewOf(root, feature, subject);
    },
  };
}

/** A feature of the default storage is asked for by its own name, one of a named storage as `<storage>.<feature>`. */
export function getFeatureToken(feature: string, storageName?: string): ReturnType<typeof getFsmStorageToken> {
  return getFsmStorageToken(getFeatureName(feature, storageName));
}

function getFeatureName(feature: string, storageName?: string): string {
  return storageName === undefined ? feature : `${storageName}.${feature}`;
}

/** A custom storage may have no namespaces. */
function viewOf(root: BaseStorage, feature: string, subject: string): BaseStorage {
  try {
    return root.withNamespace(`${root.namespace}.${feature}`);
  } catch (error) {
    if (isFsmStorageError(error)) throw error;
    const problem = `namespace: the storage gives no view of "${root.namespace}.${feature}"; override withNamespace()`;
    throw new InvalidOptionsError(subject, [problem], { cause: error });
  }
}

function assertFeature(feature: unknown, storageName: unknown): void {
  const reader = new OptionsReader('FsmStorageModule.forFeature', { namespace: feature, storageName });
  reader.text('storageName');
  readStorageOptions(reader);
  if (feature === undefined) reader.problem('namespace: expected the name of the feature, got undefined');
  reader.finish();
}

function describeNameClash(name: string): string {
  return `namespace: "${name}" is also the name of a storage, so @InjectFsmStorage('${name}') would mean both`;
}

function describeMissingRoot(storageName?: string): string {
  const options = storageName === undefined ? '…' : `…, name: '${storageName}'`;
  return `storageName: the app has not registered ${describeStorage(storageName)}; add FsmStorageModule.forRoot({ ${options} }) to a module of the app`;
}
