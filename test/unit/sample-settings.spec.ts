import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../sample/src/settings/settings.js';

describe('the settings of the order bot', () => {
  it('are these where the environment says nothing', () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      storage: 'sqlite',
      serverUrl: '',
      dataFolder: expect.stringMatching(/sample\/data$/),
      conversationTtl: 1800,
      messageLimit: 20,
      messageWindow: 10,
    });
  });

  it.each([
    ['redis', 'redis://127.0.0.1:6379'],
    ['postgres', 'postgres://postgres@127.0.0.1:5432/postgres'],
    ['mariadb', 'mariadb://root@127.0.0.1:3306/test'],
    ['mysql', 'mysql://root@127.0.0.1:3306/test'],
  ])('have the URL of a local server by default for %s', (storage, serverUrl) => {
    expect(readSettings({ STORAGE: storage })).toMatchObject({ storage, serverUrl });
  });
});
