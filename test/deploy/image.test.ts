import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lintDockerfile, ROOT } from './checking-tools.ts';
import { unreadVariables } from './settings-used.ts';

let dockerfile: string;
let letThrough: string[];
beforeAll(async () => {
  dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  letThrough = [...(await readFile(join(ROOT, '.dockerignore'), 'utf8')).matchAll(/^!(.+)$/gm)].map(([, path]) => path ?? '');
});

/** What an instruction is given, its continued lines joined. */
function given(instruction: string): string[] {
  const lines = dockerfile.replaceAll(/\\\n/g, ' ').split('\n');
  return lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1).trim());
}

describe('Dockerfile', () => {
  it('has nothing that hadolint minds', async () => {
    expect(await lintDockerfile('Dockerfile')).toEqual({ ok: true, said: '' });
  });

  it('copies what exists and what .dockerignore lets through', () => {
    const sources = given('COPY').filter((copy) => !copy.startsWith('--from')).flatMap((copy) => copy.split(/\s+/).slice(0, -1)).map((source) => source.replace(/^\.\//, ''));
    expect(sources).toContain('src');
    for (const source of sources) {
      const isLetThrough = letThrough.some((path) => source === path || source.startsWith(`${path}/`));
      expect({ source, exists: existsSync(join(ROOT, source)), isLetThrough }).toEqual({ source, exists: true, isLetThrough: true });
    }
  });

  it('runs node itself, not as root, with settings that Leadrail reads', () => {
    expect([given('ENTRYPOINT'), given('CMD'), given('USER'), given('STOPSIGNAL')]).toEqual([['["node"]'], ['["dist/api.js"]'], ['1000:1000'], ['SIGTERM']]);
    const names = given('ENV').flatMap((settings) => [...settings.matchAll(/(\w+)=/g)].map(([, name]) => name ?? ''));
    expect(names).toContain('LEADRAIL_HOST');
    expect(unreadVariables(names)).toEqual([]);
  });
});

describe('healthcheck.mjs', () => {
  it.each([
    ['LEADRAIL_PORT', 200, 0],
    ['LEADRAIL_WORKER_PORT', 200, 0],
    ['LEADRAIL_WORKER_PORT', 503, 1],
  ])('asks at %s, and with answer %d ends with %d', async (variable, status, code) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    // Port 1 of loopback: nobody listens there.
    const env = { LEADRAIL_PORT: '1', LEADRAIL_WORKER_PORT: '1', [variable]: String(port) };
    const child = spawn(process.execPath, [join(ROOT, 'deploy/docker/healthcheck.mjs'), '/readyz'], { env, stdio: 'ignore' });
    const [ended] = (await once(child, 'exit')) as [number];
    server.close();
    expect({ ended, asked }).toEqual({ ended: code, asked: ['/readyz'] });
  });
});
