import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { portOrFree } from './free-port.ts';

describe('portOrFree', () => {
  it('gives the wanted port when it is free, and another one while it is taken', async () => {
    const { port: wanted } = await portOrFree('127.0.0.1', 0);
    expect(await portOrFree('127.0.0.1', wanted)).toEqual({ port: wanted, wanted, replaced: false });

    const holder = createServer().listen(wanted, '127.0.0.1');
    await once(holder, 'listening');
    const choice = await portOrFree('127.0.0.1', wanted);
    expect(choice).toMatchObject({ wanted, replaced: true });
    expect(choice.port).not.toBe(wanted);

    const there = createServer().listen(choice.port, '127.0.0.1');
    await once(there, 'listening');
    holder.close();
    there.close();
  });

  it('says so when the address is not of this machine', async () => {
    await expect(portOrFree('192.0.2.1', 0)).rejects.toThrow(/192\.0\.2\.1 is no address of this machine\. Use/);
  });
});
