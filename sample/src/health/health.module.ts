import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { FsmStorageHealthIndicator } from 'nestjs-fsm-storage/terminus';
import { HealthController } from './health.controller.js';

/** How the app is doing. */
@Module({
  // Who asks is told in the answer; every poll during an outage need not be an error in the log as well.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [FsmStorageHealthIndicator],
})
export class HealthModule {}
