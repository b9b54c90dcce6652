import { describe, expect, it } from '@jest/globals';
import { BATCH } from '../../../../../src/backends/redis/commands/command-batch.js';
import { entryCommands } from '../../../../../src/backends/redis/commands/entry-commands.js';
import { filesBelow, readText } from '../../../../support/package-layout.js';

describe('the batch script', () => {
  it('contains every command on one entry, with the parameters of its verb', () => {
    const missing = Object.values(entryCommands).filter(({ verb: { name, parameters, body } }) => {
      const definition = `verbs.${name} = function(${['key', 'deadline', ...parameters].join(', ')})${body}end`;
      return !BATCH.lua.includes(definition);
    });
    expect(missing).toEqual([]);
  });

  it('contains every Lua verb in scripts/', () => {
    const names = filesBelow('src/backends/redis/scripts', '.lua.ts').flatMap(
      (path) => /createVerb\(\s*'(\w+)'/.exec(readText(path))?.[1] ?? [],
    );
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !BATCH.lua.includes(`verbs.${name} = function(`))).toEqual([]);
  });
});

describe('the commands on one entry', () => {
  const { write, expire, increment, compareAndSet, compareAndDelete, setIfAbsent, read, remove } = entryCommands;

  it.each([
    ['write', write, write.encode({ text: 'a', deadline: 'keep' }), ['keep', 'a']],
    ['setIfAbsent', setIfAbsent, setIfAbsent.encode({ text: 'a', deadline: 5 }), ['5', 'a']],
    ['expire', expire, expire.encode({ deadline: 'never' }), ['never']],
    ['increment', increment, increment.encode({ amount: -2, deadline: 7 }), ['7', '-2']],
    [
      'compareAndSet',
      compareAndSet,
      compareAndSet.encode({ expected: 'a', replacement: 'b', deadline: 'never' }),
      ['never', 'a', 'b'],
    ],
    ['compareAndDelete', compareAndDelete, compareAndDelete.encode({ expected: 'a' }), ['', 'a']],
    ['read', read, read.encode(), ['']],
    ['remove', remove, remove.encode(), ['']],
  ])('encode the deadline and then the parameters of their verb: %s', (_, { verb }, encoded, expected) => {
    expect(encoded).toEqual(expected);
    expect(encoded).toHaveLength(1 + verb.parameters.length);
  });
});
