import { EventEmitter, once } from 'node:events';
import type { LoggerService } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { StorageUnavailableError } from '../../../src/errors/backend-errors.js';
import { InvalidOptionsError } from '../../../src/errors/usage-errors.js';
import { FsmStorageModule } from '../../../src/nest/fsm-storage.module.js';
import type { CommonModuleOptions } from '../../../src/nest/common-module-options.js';
import { RecordedDriver } from './recorded-driver.js';

const outage = (text = 'no reply') => new StorageUnavailableError(text, { outcome: 'not-applied' });

/** Records what Nest would print. */
class RecordingLogger extends EventEmitter implements LoggerService {
  readonly warnings: string[] = [];
  readonly log = jest.fn();
  readonly error = jest.fn();

  warn(text: string): void {
    this.warnings.push(text);
    this.emit('warn');
  }
}

let driver: RecordedDriver;
let logger: RecordingLogger;
let app: TestingModule;

beforeEach(() => {
  driver = new RecordedDriver();
  logger = new RecordingLogger();
});

afterEach(() => app.close());

async function compile(options: CommonModuleOptions): Promise<void> {
  const root = FsmStorageModule.forRoot({ backend: 'custom', storage: driver, ...options });
  app = await Test.createTestingModule({ imports: [root] })
    .setLogger(logger)
    .compile();
}

describe('a start that fails', () => {
  it('LC-1 is retried while the backend is unavailable, with a warning each time', async () => {
    driver.failNext('open', outage());
    driver.failNext('open', outage());
    await compile({ retryAttempts: 2, retryDelay: 0 });
    await app.init();
    expect(driver.callsOf('open')).toBe(3);
    expect(logger.warnings).toEqual([
      expect.stringContaining('no reply Trying again in 0 ms, up to 2 more time(s).'),
      expect.stringContaining('no reply Trying again in 0 ms, up to 1 more time(s).'),
    ]);
    await app.close();
    expect(driver.openCount).toBe(0);
  });

  it('LC-1 is reported clearly when the attempts are used up', async () => {
    driver.down();
    await compile({ retryAttempts: 2, retryDelay: 0 });
    await expect(app.init()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not-applied',
      message: expect.stringMatching(/^the default storage \(memory\) did not start, tried 3 time\(s\): /),
      cause: { code: 'UNAVAILABLE' },
    });
    expect(driver.openCount).toBe(0);
  });

  it('is not retried when waiting cannot help: a wrong password stays wrong', async () => {
    const wrongPassword = new StorageUnavailableError('WRONGPASS', { outcome: 'not-applied', isPermanent: true });
    driver.failNext('open', wrongPassword);
    await compile({ retryAttempts: 5, retryDelay: 0 });
    await expect(app.init()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /^the default storage \(memory\) did not start, and trying again cannot help: .*WRONGPASS$/,
      ),
      cause: wrongPassword,
    });
    expect(driver.callsOf('open')).toBe(1);
    expect(logger.warnings).toEqual([]);
  });

  it('is not retried when an option is wrong', async () => {
    driver.failNext('open', new InvalidOptionsError('RecordedDriver', ['path: is a folder']));
    await compile({ retryAttempts: 5, retryDelay: 0 });
    await expect(app.init()).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
    expect(driver.callsOf('open')).toBe(1);
    expect(logger.warnings).toEqual([]);
  });

  it('stops waiting when the app closes', async () => {
    driver.down();
    await compile({ retryDelay: 60_000 });
    const http = app.createNestApplication();
    const warned = once(logger, 'warn');
    const initialised = expect(http.init()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await warned;
    await http.close();
    await initialised;
    expect(driver.callsOf('open')).toBe(1);
  });

  it('HL-2 shows no password of a URL, neither in the log nor in the error', async () => {
    driver.failNext('open', outage('cannot reach redis://user:p@ss/word@host:6379.'));
    driver.failNext('open', outage('cannot reach redis://user:p@ss/word@host:6379.'));
    await compile({ retryAttempts: 1, retryDelay: 0 });
    await expect(app.init()).rejects.toThrow('cannot reach redis://***@host:6379.');
    expect(logger.warnings.join()).toContain('redis://***@host:6379.');
    expect(logger.warnings.join()).not.toContain('word');
  });
});

describe('errors in the background', () => {
  it("ER-5 become warnings in Nest's log, without secrets", async () => {
    await compile({ sweepInterval: 10 });
    driver.failNext('sweep', new Error('lost rediss://:secret@host'));
    const warned = once(logger, 'warn');
    await app.init();
    await warned;
    expect(logger.warnings.join()).toContain('in the background: StorageUnavailableError');
    expect(logger.warnings.join()).not.toContain('secret');
  });

  it('ER-5 go to onBackgroundError of the app', async () => {
    const errors = new EventEmitter();
    const reported = once(errors, 'lost');
    await compile({ sweepInterval: 10, onBackgroundError: (error) => errors.emit('lost', error) });
    driver.failNext('sweep', new Error('lost'));
    await app.init();
    expect(await reported).toMatchObject([{ code: 'UNAVAILABLE', cause: new Error('lost') }]);
    expect(logger.warnings).toEqual([]);
  });
});
