import { describe, expect, it } from '@jest/globals';
import { StorageNotStartedError } from '../../../src/errors/usage-errors.js';
import { Lifecycle } from '../../../src/storage/lifecycle.js';

/** A resource that records what happens to it and fails with the given errors. */
function newResource(failures: { open?: Error[]; close?: Error[] } = {}) {
  const events: string[] = [];
  const step = async (name: 'open' | 'close'): Promise<void> => {
    events.push(name);
    await Promise.resolve();
    const failure = failures[name]?.shift();
    if (failure !== undefined) throw failure;
  };
  return { events, open: () => step('open'), close: () => step('close') };
}

describe('Lifecycle', () => {
  it('LC-1 opens once for starts one after another and at once', async () => {
    const resource = newResource();
    const lifecycle = new Lifecycle(resource);
    await Promise.all([lifecycle.start(), lifecycle.start()]);
    await lifecycle.start();
    expect(resource.events).toEqual(['open']);
  });

  it('LC-1 closes once, and opens again for a start after it', async () => {
    const resource = newResource();
    const lifecycle = new Lifecycle(resource);
    await lifecycle.start();
    const stopping = lifecycle.stop();
    await Promise.all([stopping, lifecycle.stop(), lifecycle.start()]);
    expect(resource.events).toEqual(['open', 'close', 'open']);
    expect(lifecycle.isStarted).toBe(true);
  });

  it('LC-1 stops after a start that is still under way', async () => {
    const resource = newResource();
    const lifecycle = new Lifecycle(resource);
    const starting = lifecycle.start();
    await lifecycle.stop();
    await starting;
    expect(resource.events).toEqual(['open', 'close']);
  });

  it('LC-1 closes what a failed start has opened, reports the failure, and may be retried', async () => {
    const failure = new Error('no route');
    const resource = newResource({ open: [failure], close: [new Error('nothing to close')] });
    const lifecycle = new Lifecycle(resource);
    await expect(Promise.all([lifecycle.start(), lifecycle.stop()])).rejects.toBe(failure);
    await lifecycle.start();
    expect(resource.events).toEqual(['open', 'close', 'open']);
  });

  it('LC-1 waits for operations in flight before it closes, and is stopped even if closing fails', async () => {
    const resource = newResource({ close: [new Error('gone')] });
    const lifecycle = new Lifecycle(resource);
    await lifecycle.start();
    lifecycle.enter();
    const stopping = lifecycle.stop();
    await Promise.resolve();
    expect(resource.events).toEqual(['open']);
    expect(() => lifecycle.enter()).toThrow(StorageNotStartedError);
    lifecycle.leave();
    await expect(stopping).rejects.toThrow('gone');
    expect(resource.events).toEqual(['open', 'close']);
    await lifecycle.stop();
    expect(resource.events).toEqual(['open', 'close']);
  });
});
