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
  const name = getFeatureName(feature, storageName);
  return {
    provide: getFsmStorageToken(name),
    inject: [
      { token: getRootToken(storageName), optional: true },
      { token: getRootToken(name), optional: true },
    ],
    useFactory: (root?: BaseStorage, namesake?: BaseStorage): BaseStorage => {
      if (namesake !== undefined) throw new InvalidOptionsError(subject, [describeNameClash(name)]);
      if (root === undefined) throw new InvalidOptionsError(subject, [describeMissingRoot(storageName)]);
      return viewOf(root, feature, subject);
    },
  };
}

/** The token of a feature: of the default storage by its name, of a named storage by `<storage>.<feature>`. */
export function getFeatureToken(feature: string, storageName?: string): ReturnType<typeof getFsmStorageToken> {
  return getFsmStorageToken(getFeatureName(feature, storageName));
}

function getFeatureName(feature: string, storageName?: string): string {
  return storageName === undefined ? feature : `${storageName}.${feature}`;
}

/** A custom storage may not support namespaces. */
function viewOf(root: BaseStorage, feature: string, subject: string): BaseStorage {
  try {
    return root.withNamespace(`${root.namespace}.${feature}`);
  } catch (error) {
    if (isFsmStorageError(error)) throw error;
    const problem = `namespace: the storage cannot open "${root.namespace}.${feature}"; override withNamespace()`;
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
