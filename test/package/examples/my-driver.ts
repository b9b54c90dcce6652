// What examples call `MyDriver`: the driver that a reader would write.
export { MemoryDriver as MyDriver } from 'nestjs-fsm-storage';
