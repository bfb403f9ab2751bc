import { describe, expect, it } from 'vitest';
import { parseStat, readCpuTime, ticksOfTree } from './cpu-time.ts';

const statOf = (name: string, parent: number, user: number, system: number) => `4711 (${name}) S ${parent} 4711 4711 0 -1 4194560 100 0 0 0 ${user} ${system} 0 0 20 0 1 0 12345 1000 200`;

describe('processor time', () => {
  it.each(['node', 'a (strange) name', ') S 1 2'])('is read whatever the program is called: %s', (name) => {
    expect(parseStat(statOf(name, 42, 30, 12))).toEqual({ parent: 42, ticks: 42 });
  });

  it('is not read from what is no stat', () => {
    for (const line of ['', '4711 (node) S', 'nonsense']) expect(parseStat(line)).toBeNull();
  });

  it('of a tree is that of all processes below, and of no others', () => {
    const processes = new Map([
      [1, { parent: 0, ticks: 1_000 }],
      [2, { parent: 1, ticks: 1 }],
      [3, { parent: 2, ticks: 20 }],
      [4, { parent: 3, ticks: 300 }],
      [5, { parent: 1, ticks: 4_000 }],
    ]);
    expect(ticksOfTree(processes, 2)).toBe(321);
  });

  it.runIf(process.platform === 'linux')('grows with what a process does, and is unknown of one that is not there', () => {
    const processes = { node: process.pid, temporal: process.pid };
    const before = readCpuTime(processes);
    for (const end = process.cpuUsage().user + 50_000; process.cpuUsage().user < end; );
    const after = readCpuTime(processes);
    expect((after?.nodeMs ?? NaN) - (before?.nodeMs ?? NaN)).toBeGreaterThanOrEqual(30);
    expect(readCpuTime({ node: process.pid, temporal: 2 ** 30 })).toBeNull();
  });
});
