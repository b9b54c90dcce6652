import { Inject, Injectable, Logger } from '@nestjs/common';
import { BaseStorage, type StateDocument } from 'nestjs-fsm-storage';
import { answer, isBeginning } from '../conversation/conversation.js';
import { IDLE, readOrder, type Order } from '../conversation/order.js';
import { SETTINGS, type Settings } from '../settings/settings.js';

/** The bot's reply, and the state of the conversation after it. */
export interface Answer {
  readonly reply: string;
  readonly state: Order;
}

/** Seconds after the last visit until a chat's visits count from 1 again: 30 days. */
const VISITS_TTL = 30 * 24 * 3600;

/** Keeps one conversation per chat: the chat's id is the identifier of its state and of its visit counter. */
@Injectable()
export class ChatsService {
  readonly #storage: BaseStorage;
  readonly #conversationTtl: number;
  readonly #logger = new Logger(ChatsService.name);

  constructor(@Inject(BaseStorage) storage: BaseStorage, @Inject(SETTINGS) settings: Settings) {
    this.#storage = storage;
    this.#conversationTtl = settings.conversationTtl;
  }

  async receive(chatId: string, text: string): Promise<Answer> {
    const { reply, from, to } = await this.#advance(chatId, text);
    if (!isBeginning(from, to)) return { reply, state: to };
    return { reply: `${greeting(await this.#countVisit(chatId))} ${reply}`, state: to };
  }

  /** The conversation is already stored, so a failed count is only logged: the message itself was not lost. */
  async #countVisit(chatId: string): Promise<number> {
    try {
      return await this.#storage.increment(chatId, 1, { ttl: VISITS_TTL });
    } catch (error) {
      this.#logger.warn(`A visit was not counted: ${String(error)}`);
      return 1;
    }
  }

  getState(chatId: string): Promise<StateDocument | null> {
    return this.#storage.getState(chatId);
  }

  /** The ids of all chats with an active conversation, or of those that match a pattern. */
  listChats(pattern: string): Promise<string[]> {
    return this.#storage.listKeys(pattern);
  }

  /**
   * `update` writes only what follows from the state it read, and does it again when another message of this chat, in
   * this process or in another one, came in between. So no message is lost, and each answer fits its own step.
   */
  async #advance(chatId: string, text: string): Promise<Step> {
    let step = takeStep(null, text);
    const change = (current: StateDocument | null): StateDocument | null => {
      step = takeStep(current, text);
      return step.to.name === IDLE.name ? null : step.to;
    };
    await this.#storage.update(chatId, change, { ttl: this.#conversationTtl });
    return step;
  }
}

interface Step {
  readonly reply: string;
  readonly from: Order;
  readonly to: Order;
}

function takeStep(current: StateDocument | null, text: string): Step {
  const from = readOrder(current);
  const { reply, next } = answer(from, text);
  return { reply, from, to: next };
}

function greeting(visits: number): string {
  return visits === 1 ? 'Welcome to the order bot!' : `Welcome back! This is visit number ${visits}.`;
}
