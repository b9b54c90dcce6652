import { createHistogram } from 'node:perf_hooks';
import { RespClient } from './resp-client.js';

/**
 * Another client of the same server, in a separate process so that only the server can delay it. It sends PING after
 * PING and, when asked to change the phase, reports how long the slowest one of the phase took.
 */
const client = await RespClient.connect(Number(process.argv[2]));
const latencies = createHistogram();
let isOver = false;

process.on('message', (message) => {
  if (message === 'end') isOver = true;
  process.send?.({
    pings: latencies.count,
    worst: latencies.max / 1e6,
    p999: latencies.percentile(99.9) / 1e6,
  });
  latencies.reset();
});

process.send?.('ready');
while (!isOver) {
  const before = process.hrtime.bigint();
  await client.send(['PING']);
  latencies.record(process.hrtime.bigint() - before);
}
client.close();
process.disconnect?.();
