import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { FsmStorageHealthIndicator } from './fsm-storage.health-indicator.js';

/**
 * Provides {@link FsmStorageHealthIndicator} and `TerminusModule` with its defaults to a health controller. An app that
 * imports `TerminusModule.forRoot(…)` itself lists the indicator in its `providers` instead.
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
  imports: [TerminusModule],
  providers: [FsmStorageHealthIndicator],
  exports: [FsmStorageHealthIndicator, TerminusModule],
})
export class FsmStorageHealthModule {}
