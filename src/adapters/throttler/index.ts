export {
  FsmThrottlerStorage,
  type FsmThrottlerRecord,
  type FsmThrottlerStorageOptions,
} from './fsm-throttler-storage.js';
