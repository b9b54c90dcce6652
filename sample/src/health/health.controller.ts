import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { FsmStorageHealthIndicator } from 'nestjs-fsm-storage/terminus';

/** 200 while the store is up, 503 while it is down. */
@Controller('health')
export class HealthController {
  readonly #health: HealthCheckService;
  readonly #store: FsmStorageHealthIndicator;

  constructor(
    @Inject(HealthCheckService) health: HealthCheckService,
    @Inject(FsmStorageHealthIndicator) store: FsmStorageHealthIndicator,
  ) {
    this.#health = health;
    this.#store = store;
  }

  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.#health.check([() => this.#store.isHealthy('fsm-storage')]);
  }
}
