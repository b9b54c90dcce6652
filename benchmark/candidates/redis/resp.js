import { RespClient } from '../../redis/resp-client.js';
import { countersOverCommands, storeOverCommands } from './commands.js';
import { redisOf } from './place.js';

/** @type {import('../candidate.js').Candidate} */
export const respClient = {
  id: 'RESP client',
  role: 'limit',
  settings: 'a socket and a parser: the commands of one turn in one write; commands as above',
  async open(place) {
    const client = await connect(place);
    return storeOverCommands(
      (command) => client.send(command),
      redisOf(place),
      () => client.close(),
    );
  },
};

/** @type {import('../candidate.js').Candidate} */
export const guardedRespClient = {
  id: 'RESP client, guarded',
  role: 'limit',
  settings: 'the same; INCRBY in a script that keeps the total within ±(2^53 − 1)',
  async open(place) {
    const client = await connect(place);
    return countersOverCommands(
      (command) => client.send(command),
      () => client.close(),
    );
  },
};

/** @param {import('../candidate.js').Place} place */
async function connect(place) {
  const { port, database } = redisOf(place);
  const client = await RespClient.connect(port);
  await client.send(['SELECT', database]);
  return client;
}
