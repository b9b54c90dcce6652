import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpException, HttpStatus, Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { InjectFsmStorage, type BaseStorage, type Clock } from 'nestjs-fsm-storage';
import { CLOCK } from '../settings/clock.js';
import { SETTINGS, type Settings } from '../settings/settings.js';

/** The view of the storage for message counters, separate from the visit counters of the same chats. */
export const MESSAGE_COUNTERS = 'messages';

/**
 * Limits the messages of a chat in a window of time, counted over all processes that share the storage. Windows begin at
 * whole multiples of their length; the counter's deadline is the window's end.
 */
@Injectable()
export class MessageLimitGuard implements CanActivate {
  readonly #counters: BaseStorage;
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #windowMs: number;

  constructor(
    @InjectFsmStorage(MESSAGE_COUNTERS) counters: BaseStorage,
    @Inject(SETTINGS) settings: Settings,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#clock = clock;
    this.#counters = counters;
    this.#limit = settings.messageLimit;
    this.#windowMs = settings.messageWindow * 1000;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { chatId } = http.getRequest<ChatRequest>().params;
    const secondsLeft = (this.#windowMs - (this.#clock.now() % this.#windowMs)) / 1000;
    const messages = await this.#counters.increment(chatId, 1, { ttl: secondsLeft, refresh: false });
    if (messages <= this.#limit) return true;
    const retryAfter = Math.ceil(secondsLeft);
    http.getResponse<ServerResponse>().setHeader('Retry-After', retryAfter);
    throw new HttpException(
      `Too many messages: ${this.#limit} are allowed in ${this.#windowMs / 1000} seconds. Try again in ${retryAfter} seconds.`,
      HttpStatus.TOO_MANY_REQUESTS,
    );
  }
}

type ChatRequest = IncomingMessage & { readonly params: { readonly chatId: string } };
