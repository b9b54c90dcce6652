export { FsmThrottlerStorage, type FsmThrottlerRecord } from './fsm-throttler-storage.js';
