export { FsmStorageHealthModule } from './fsm-storage-health.module.js';
export {
  FsmStorageHealthIndicator,
  type FsmStorageHealth,
  type FsmStorageHealthOptions,
} from './fsm-storage.health-indicator.js';
