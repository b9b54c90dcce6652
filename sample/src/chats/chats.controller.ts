import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import type { StateDocument } from 'nestjs-fsm-storage';
import { ChatsService, type Answer } from './chats.service.js';
import { MessageLimitGuard } from './message-limit.guard.js';
import { MessagePipe, type Message } from './message.pipe.js';

/** The bot over HTTP. */
@Controller('chats')
export class ChatsController {
  readonly #chats: ChatsService;

  constructor(@Inject(ChatsService) chats: ChatsService) {
    this.#chats = chats;
  }

  @Post(':chatId/messages')
  @HttpCode(200)
  @UseGuards(MessageLimitGuard)
  receive(@Param('chatId') chatId: string, @Body(MessagePipe) message: Message): Promise<Answer> {
    return this.#chats.receive(chatId, message.text);
  }

  @Get(':chatId')
  async getState(@Param('chatId') chatId: string): Promise<StateDocument> {
    const state = await this.#chats.getState(chatId);
    if (state === null) throw new NotFoundException(`Chat ${JSON.stringify(chatId)} has no conversation going on.`);
    return state;
  }

  @Get()
  listChats(@Query('pattern') pattern: unknown = '*'): Promise<string[]> {
    if (typeof pattern !== 'string') throw new BadRequestException('Expected one pattern, like ?pattern=a*.');
    return this.#chats.listChats(pattern === '' ? '*' : pattern);
  }
}
