import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { FsmStorageExceptionFilter, FsmStorageModule } from 'nestjs-fsm-storage';
import { ChatsModule } from './chats/chats.module.js';
import { HealthModule } from './health/health.module.js';
import { PageModule } from './page/page.module.js';
import { SettingsModule } from './settings/settings.module.js';
import type { Settings } from './settings/settings.js';
import { toStorageOptions } from './storage/storage-options.js';

/** The order bot. */
@Module({
  imports: [ChatsModule, HealthModule, PageModule],
  providers: [{ provide: APP_FILTER, useClass: FsmStorageExceptionFilter }],
})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    const storage = FsmStorageModule.forRoot({ ...toStorageOptions(settings), isGlobal: true });
    return { module: AppModule, imports: [SettingsModule.with(settings), storage] };
  }
}
