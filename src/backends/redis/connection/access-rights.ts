/**
 * The commands that a user of a server or of a group with sentinels needs, as rules of an ACL. The guide shows them, and a
 * test proves that they suffice.
 */
export const COMMAND_RIGHTS =
  '+ping +get +set +mget +mset +exists +del +unlink +incrby +pexpire +persist +pttl +scan +eval +evalsha';

const ALL_RIGHTS = `The storage uses \`${COMMAND_RIGHTS}\`.`;

/** In the words of Redis 6 to 8, in a script or not. */
const KEY_REFUSED = /no permissions to access (?:one of the keys|a key)|can't access at least one of the keys/i;
const COMMAND_REFUSED_IN_SCRIPT = /can't run this command/i;
const COMMAND_NAME = /(?:no permissions to run the|unknown command,?) ['"`]([\w|-]{1,32})['"`]/i;

/** Whether the server does not know a command, in a script or not: it may have been renamed. */
export function isUnknownCommand({ message }: Error): boolean {
  return /^ERR unknown (redis )?command/i.test(message);
}

/**
 * Which right to grant after an error reply. undefined: the reply is not about rights.
 * @param error - with the rejected command as `command`, which ioredis attaches
 * @param keyPrefix - that of the client
 */
export function explainMissingRight(error: Error, keyPrefix: string): string | undefined {
  const { message } = error;
  if (KEY_REFUSED.test(message))
    return `Grant the user the keys of the namespace: \`${keyPatterns(error, keyPrefix)}\`.`;
  const name = COMMAND_NAME.exec(message)?.[1];
  if (isUnknownCommand(error)) {
    const command = name === undefined ? 'this command' : `the command ${name.toUpperCase()}`;
    return `It does not offer ${command}, or the command was renamed (rename-command). ${ALL_RIGHTS}`;
  }
  if (name !== undefined) return `Grant the user \`+${name.toLowerCase()}\`. ${ALL_RIGHTS}`;
  if (COMMAND_REFUSED_IN_SCRIPT.test(message)) return `Grant the user the commands of a script. ${ALL_RIGHTS}`;
  return message.startsWith('NOPERM') ? ALL_RIGHTS : undefined;
}

/** The patterns of the keys of the namespace that the rejected command belongs to. */
function keyPatterns(error: Error, keyPrefix: string): string {
  const key = keyOf(error);
  const rest = key?.startsWith(keyPrefix) === true ? key.slice(keyPrefix.length) : '';
  const namespace = /^[^:#]+/.exec(rest)?.[0] ?? '<namespace>';
  return `~${keyPrefix}${namespace}:* ~${keyPrefix}${namespace}#*`;
}

function keyOf(error: Error): string | undefined {
  const command: unknown = 'command' in error ? error.command : undefined;
  if (typeof command !== 'object' || command === null || !('name' in command) || !('args' in command)) return undefined;
  const isScript = command.name === 'evalsha' || command.name === 'eval';
  const key: unknown = Array.isArray(command.args) ? command.args[isScript ? 2 : 0] : undefined;
  return typeof key === 'string' ? key : undefined;
}
