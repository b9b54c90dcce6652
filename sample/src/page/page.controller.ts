import { Controller, Get, Header } from '@nestjs/common';
import { PAGE } from './page.js';

/** A page on which to chat with the bot and watch its state. */
@Controller()
export class PageController {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  show(): string {
    return PAGE;
  }
}
