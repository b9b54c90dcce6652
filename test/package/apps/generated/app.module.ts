// Replaces the module that Nest's CLI generates. The controller is in this file, so that no relative import is needed.
import { Controller, Get, Module } from '@nestjs/common';
import { BaseStorage, FsmStorageModule } from 'nestjs-fsm-storage';
import { FsmStorageHealthModule } from 'nestjs-fsm-storage/terminus';

@Controller()
export class VisitsController {
  constructor(private readonly storage: BaseStorage) {}

  @Get()
  async visit(): Promise<{ backend: string; visits: number }> {
    return { backend: this.storage.backend, visits: await this.storage.increment('visits') };
  }
}

@Module({
  imports: [FsmStorageModule.forRoot({ backend: 'memory' }), FsmStorageHealthModule],
  controllers: [VisitsController],
})
export class AppModule {}
