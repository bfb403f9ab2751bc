import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkCompose, ROOT } from './checking-tools.ts';
import { durationMs, shutdownGraceMs, unreadVariables } from './settings-used.ts';

const CONDITIONS = ['service_healthy', 'service_completed_successfully'] as const;
const service = z.object({
  image: z.string(),
  restart: z.string(),
  command: z.array(z.string()).optional(),
  build: z.string().optional(),
  environment: z.record(z.string(), z.string()),
  depends_on: z.record(z.string(), z.object({ condition: z.enum(CONDITIONS) })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  stop_grace_period: z.string().optional(),
  deploy: z.object({ replicas: z.number() }).optional(),
  configs: z.array(z.object({ source: z.string() })).default([]),
});
const schema = z.object({ services: z.record(z.string(), service), configs: z.record(z.string(), z.object({ file: z.string() })) });

let text: string;
let compose: z.infer<typeof schema>;
let example: string[];

beforeAll(async () => {
  text = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
  compose = schema.parse(parse(text, { merge: true }));
  example = [...(await readFile(join(ROOT, '.env.example'), 'utf8')).matchAll(/^(\w+)=/gm)].map(([, name]) => name ?? '');
});

/** The services that run our image. */
function ours(): [string, z.infer<typeof service>][] {
  return Object.entries(compose.services).filter(([, { build }]) => build !== undefined);
}

describe('docker-compose.yml', () => {
  it('is what the Compose Specification takes', async () => {
    expect(await checkCompose(join(ROOT, 'docker-compose.yml'))).toMatchObject({ ok: true });
  });

  it('runs the API and two workers, by settings that Leadrail reads', () => {
    expect(ours().map(([name, { command, deploy }]) => ({ name, command, replicas: deploy?.replicas ?? 1 }))).toEqual([
      { name: 'api', command: ['dist/api.js'], replicas: 1 },
      { name: 'worker', command: ['dist/worker.js'], replicas: 2 },
    ]);
    for (const [, { environment }] of ours()) {
      expect(unreadVariables(Object.keys(environment))).toEqual([]);
      expect(Object.keys(environment)).toEqual(expect.arrayContaining(['DATABASE_URL', 'TEMPORAL_ADDRESS', 'LEADRAIL_ENCRYPTION_KEY', 'LEADRAIL_ADMIN_KEY']));
    }
  });

  it('waits for what is healthy or done, and only for what can be', () => {
    for (const [name, { depends_on: needs }] of Object.entries(compose.services)) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        const other = compose.services[needed];
        const kept = condition === 'service_healthy' ? other?.healthcheck !== undefined : other?.restart.startsWith('on-failure');
        expect({ name, needed, condition, kept }).toMatchObject({ kept: true });
      }
    }
    for (const [, { depends_on: needs }] of ours()) expect(Object.keys(needs).sort()).toEqual(['postgres', 'temporal', 'temporal-namespace']);
  });

  it('lets a stop finish', () => {
    for (const [, { stop_grace_period: grace = '0s', environment }] of ours()) expect(durationMs(grace)).toBeGreaterThan(shutdownGraceMs(environment));
  });

  it('has no secret in it, and every variable that it asks for in .env.example', () => {
    const asked = [...text.matchAll(/(?<!\$)\$\{(\w+)(?::?([-?])([^}]*))?\}/g)].map(([, name = '', kind = '', word = '']) => ({ name, kind, word }));
    expect([...new Set(asked.map(({ name }) => name))].sort()).toEqual([...example].sort());
    const secrets = asked.filter(({ name }) => /_KEY$|PASSWORD$/.test(name));
    expect([...new Set(secrets.map(({ name }) => name))].sort()).toEqual(['LEADRAIL_ADMIN_KEY', 'LEADRAIL_ENCRYPTION_KEY', 'POSTGRES_PASSWORD']);
    for (const secret of secrets) expect(secret).toMatchObject({ kind: '?' });
    for (const { environment } of Object.values(compose.services)) {
      for (const [name, value] of Object.entries(environment)) if (/_KEY$|PASSWORD$|_PWD$/.test(name)) expect(value).toMatch(/^\$\{\w+:\?/);
    }
  });

  it('mounts files that exist and that a service uses', () => {
    const used = Object.values(compose.services).flatMap(({ configs }) => configs.map(({ source }) => source));
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.configs).sort());
    for (const { file } of Object.values(compose.configs)) expect({ file, exists: existsSync(join(ROOT, file)) }).toEqual({ file, exists: true });
  });
});

describe('the check', () => {
  it('tells a key that Compose does not know', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leadrail-compose-'));
    const file = join(folder, 'wrong.yml');
    await writeFile(file, 'services: { a: { image: b, enviroment: {} } }\n');
    expect(await checkCompose(file)).toMatchObject({ ok: false, said: expect.stringContaining('enviroment') as string });
    await rm(folder, { recursive: true });
  });
});
