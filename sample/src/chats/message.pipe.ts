import { BadRequestException, type PipeTransform } from '@nestjs/common';

/** A message of a chat. */
export interface Message {
  readonly text: string;
}

const LONGEST = 500;
const EXPECTED = `Expected a JSON body like {"text": "hello"}, its text 1 to ${LONGEST} characters and not blank`;

/** Parses the body into a message. It arrives as text, so that this pipe reports every fault of it in the same way. */
export class MessagePipe implements PipeTransform<unknown, Message> {
  transform(body: unknown): Message {
    const text = textIn(parse(body));
    if (text.trim() === '') return refuse('the text is blank');
    const length = [...text].length;
    if (length > LONGEST) return refuse(`the text has ${length} characters`);
    if (!text.isWellFormed()) return refuse('the text holds half a character (a lone surrogate)');
    return { text };
  }
}

function parse(body: unknown): unknown {
  if (typeof body !== 'string' || body.trim() === '') return refuse('the body is empty');
  try {
    return JSON.parse(body);
  } catch {
    return refuse('the body is not JSON');
  }
}

function textIn(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('the body is not a JSON object');
  if (!('text' in value)) return refuse('the text is missing');
  return typeof value.text === 'string' ? value.text : refuse('the text is not a string');
}

function refuse(got: string): never {
  throw new BadRequestException(`${EXPECTED}; ${got}.`);
}
