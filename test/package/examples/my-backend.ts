// What examples call `myBackend`: the backend that a reader would put to the test.
import { MemoryStorage } from 'nestjs-fsm-storage';
import { type ContractBackend, FakeClock } from 'nestjs-fsm-storage/testing';

export const myBackend: ContractBackend = {
  name: 'mine',
  createHarness() {
    const clock = new FakeClock();
    return {
      createStorage: (options) => new MemoryStorage({ clock, ...options }),
      passTime: (milliseconds) => clock.advance(milliseconds),
      dispose: () => undefined,
    };
  },
};
