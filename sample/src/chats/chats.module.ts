import { Module } from '@nestjs/common';
import { FsmStorageModule } from 'nestjs-fsm-storage';
import { ChatsController } from './chats.controller.js';
import { ChatsService } from './chats.service.js';
import { MESSAGE_COUNTERS } from './message-limit.guard.js';

/** The conversations. */
@Module({
  imports: [FsmStorageModule.forFeature(MESSAGE_COUNTERS)],
  controllers: [ChatsController],
  providers: [ChatsService],
})
export class ChatsModule {}
