import { RespClient } from '../../redis/resp-client.js';
import { storeOverCommands } from './commands.js';
import { redisOf } from './place.js';

/** @type {import('../candidate.js').Candidate} */
export const respClient = {
  id: 'RESP client',
  role: 'limit',
  settings: 'a socket and a parser: the commands of one turn in one write; commands as above',
  async open(place) {
    const { port, database } = redisOf(place);
    const client = await RespClient.connect(port);
    await client.send(['SELECT', database]);
    return storeOverCommands(
      (command) => client.send(command),
      { port, database },
      () => client.close(),
    );
  },
};
