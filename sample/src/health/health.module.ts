import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { FsmStorageHealthIndicator } from 'nestjs-fsm-storage/terminus';
import { HealthController } from './health.controller.js';

/** How the app is doing. */
@Module({
  // The response already reports the outage; without this, every poll would also log an error.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [FsmStorageHealthIndicator],
})
export class HealthModule {}
