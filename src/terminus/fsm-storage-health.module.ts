import { type DynamicModule, Module } from '@nestjs/common';
import { FsmStorageHealthIndicator, importTerminus } from './fsm-storage.health-indicator.js';
import { sharedClass } from '../errors/shared-class.js';

/** Re-exports `TerminusModule`, which is not loaded yet when Nest reads the `exports` of the module below. */
@Module({})
class TerminusReexport {}

async function loadTerminusModule(): Promise<DynamicModule> {
  const { TerminusModule } = await importTerminus();
  return { module: TerminusReexport, imports: [TerminusModule], exports: [TerminusModule] };
}

const terminusModule = loadTerminusModule();
// If the peer is missing, Nest rejects when an app imports the module. Loading this file alone must not end the process.
terminusModule.catch(() => {});

/**
 * Provides {@link FsmStorageHealthIndicator} and `TerminusModule` with its defaults to a health controller. An app that
 * imports `TerminusModule.forRoot(…)` itself lists the indicator in its `providers` instead. Without `@nestjs/terminus`, the app
 * fails to start with a {@link MissingDependencyError}.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common';
 * import { FsmStorageModule } from 'nestjs-fsm-storage';
 * import { FsmStorageHealthModule } from 'nestjs-fsm-storage/terminus';
 *
 * @Module({ imports: [FsmStorageModule.forRoot({ backend: 'memory' }), FsmStorageHealthModule] })
 * export class AppModule {}
 * ```
 */
@Module({
  imports: [terminusModule],
  providers: [FsmStorageHealthIndicator],
  exports: [FsmStorageHealthIndicator, TerminusReexport],
})
@sharedClass('FsmStorageHealthModule')
export class FsmStorageHealthModule {}
