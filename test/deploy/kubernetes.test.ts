import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { checkKubernetes, kustomize } from './checking-tools.ts';
import { shutdownGraceMs, unreadVariables } from './settings-used.ts';

/** The oldest that still gets fixes, and the newest that the checker knows. */
const VERSIONS = ['1.33', '1.37'];

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const deployment = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.number().optional(),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        terminationGracePeriodSeconds: z.number(),
        enableServiceLinks: z.boolean(),
        securityContext: z.object({ runAsNonRoot: z.literal(true), seccompProfile: z.object({ type: z.literal('RuntimeDefault') }) }),
        containers: z
          .array(
            z.object({
              image: z.string(),
              args: z.array(z.string()),
              ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
              envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })),
              env: z.array(z.object({ name: z.string(), valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }) })),
              startupProbe: probe,
              livenessProbe: probe,
              readinessProbe: probe,
              resources: z.object({ requests: z.object({ cpu: z.string(), memory: z.string() }), limits: z.object({ memory: z.string() }) }),
              securityContext: z.object({ readOnlyRootFilesystem: z.literal(true), allowPrivilegeEscalation: z.literal(false) }),
              volumeMounts: z.array(z.object({ mountPath: z.string() })),
            }),
          )
          .length(1),
      }),
    }),
  }),
});
const configMap = z.object({ kind: z.literal('ConfigMap'), metadata: z.object({ name: z.string() }), data: z.record(z.string(), z.string()) });
const selecting = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) });

interface Rendered {
  file: string;
  objects: unknown[];
}

let folder: string;
const rendered = new Map<string, Rendered>();
const FOLDERS = ['deploy/kubernetes/base', 'deploy/kubernetes/overlays/example'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leadrail-kubernetes-'));
  for (const [index, source] of FOLDERS.entries()) {
    const text = await kustomize(source);
    const file = join(folder, `${index}.yaml`);
    await writeFile(file, text);
    rendered.set(source, { file, objects: parseAllDocuments(text).map((document) => z.unknown().parse(document.toJS())) });
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function of(source: string): Rendered {
  const found = rendered.get(source);
  if (!found) throw new Error(`${source} was not rendered`);
  return found;
}

function deploymentsOf(source: string): z.infer<typeof deployment>[] {
  return of(source).objects.filter((object) => selecting.parse(object).kind === 'Deployment').map((object) => deployment.parse(object));
}

function settingsOf(source: string): z.infer<typeof configMap> {
  return configMap.parse(of(source).objects.find((object) => selecting.parse(object).kind === 'ConfigMap'));
}

describe.each(FOLDERS)('%s', (source) => {
  it.each(VERSIONS)('is what Kubernetes %s takes', async (version) => {
    expect(await checkKubernetes(of(source).file, version)).toMatchObject({ ok: true });
  });

  it('has API and workers, set by what Leadrail reads and by secrets that are not in it', () => {
    const settings = settingsOf(source);
    expect(unreadVariables(Object.keys(settings.data))).toEqual([]);
    expect(of(source).objects.map((object) => selecting.parse(object).kind)).not.toContain('Secret');
    const deployments = deploymentsOf(source);
    expect(deployments.map(({ metadata }) => metadata.name).sort()).toEqual(['leadrail-api', 'leadrail-worker']);
    for (const { spec } of deployments) {
      for (const container of spec.template.spec.containers) {
        expect(container.envFrom).toEqual([{ configMapRef: { name: settings.metadata.name } }]);
        const secrets = container.env.map(({ name }) => name);
        expect(unreadVariables(secrets)).toEqual([]);
        expect(secrets).toEqual(expect.arrayContaining(['DATABASE_URL', 'LEADRAIL_ENCRYPTION_KEY', 'LEADRAIL_ADMIN_KEY']));
        for (const secret of secrets) expect(settings.data).not.toHaveProperty(secret);
      }
    }
  });

  it('asks each part on its own port, and lets a stop finish', () => {
    const settings = settingsOf(source);
    for (const { metadata, spec } of deploymentsOf(source)) {
      const pod = spec.template.spec;
      expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(shutdownGraceMs(settings.data));
      // A Service named leadrail-api would else set LEADRAIL_API_PORT and the like.
      expect(pod.enableServiceLinks).toBe(false);
      for (const container of pod.containers) {
        const port = metadata.name === 'leadrail-api' ? 8_080 : 8_081;
        expect(container.args).toEqual([metadata.name === 'leadrail-api' ? 'dist/api.js' : 'dist/worker.js']);
        for (const { httpGet } of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
          expect(container.ports).toContainEqual(expect.objectContaining({ name: httpGet.port, containerPort: port }));
        }
        // A database that is away must not have the pods restarted.
        expect(container.livenessProbe.httpGet.path).toBe('/healthz');
        expect(container.readinessProbe.httpGet.path).toBe('/readyz');
        expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toContain('/var/lib/leadrail');
      }
    }
  });
});

describe('the example overlay', () => {
  it('sets an image, more workers and settings of its own', () => {
    const [base, example] = FOLDERS.map((source) => ({ settings: settingsOf(source), deployments: deploymentsOf(source) }));
    expect(base?.deployments.find(({ metadata }) => metadata.name === 'leadrail-worker')?.spec.replicas).toBe(2);
    expect(example?.deployments.find(({ metadata }) => metadata.name === 'leadrail-worker')?.spec.replicas).toBe(4);
    expect(example?.deployments.flatMap(({ spec }) => spec.template.spec.containers.map(({ image }) => image))).toEqual(Array(2).fill('registry.example.com/leadrail:0.1.0'));
    expect(example?.settings.data).toMatchObject({ LEADRAIL_SHUTDOWN_GRACE: base?.settings.data['LEADRAIL_SHUTDOWN_GRACE'], LEADRAIL_PUBLIC_URL: 'https://leads.example.com' });
  });
});

describe('the check', () => {
  it('tells a key that Kubernetes does not know', async () => {
    const file = join(folder, 'wrong.yaml');
    await writeFile(file, 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { prots: [] }\n');
    expect(await checkKubernetes(file, VERSIONS[0] ?? '')).toMatchObject({ ok: false, said: expect.stringContaining('prots') as string });
  });
});
