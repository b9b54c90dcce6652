import { Module, type DynamicModule } from '@nestjs/common';
import { systemClock } from 'nestjs-fsm-storage';
import { CLOCK } from './clock.js';
import { SETTINGS, type Settings } from './settings.js';

/** Provides the settings as `SETTINGS` and the clock as `CLOCK`. */
@Module({})
export class SettingsModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: SettingsModule,
      global: true,
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: CLOCK, useValue: systemClock },
      ],
      exports: [SETTINGS, CLOCK],
    };
  }
}
