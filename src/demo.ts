import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IntakeClient, type LeadView } from './demo/intake-client.ts';
import { outcomeTable } from './demo/outcome-table.ts';
import { readSampleLeads, type SampleLead } from './demo/sample-leads.ts';
import { Sandbox } from './demo/sandbox.ts';
import { portOrFree } from './settings/free-port.ts';
import { startApiPart } from './system/api-part.ts';
import { openFoundation, type Announce, type Foundation } from './system/foundation.ts';
import { runEmbedded } from './system/run.ts';
import { startWorkerPart } from './system/worker-part.ts';

const SANDBOX_PORT = 8090;
const LEADS_AT_ONCE = 4;

/** The whole system with a sandbox of example buyers, and sample leads sent through the real intake. */
await runEmbedded(async ({ settings, log, announce, temporalSdkMetricsUrl, stop, opened }) => {
  announce('Starting Leadrail: database, Temporal server, worker, API …');
  const loopbackAllowed = { ...settings, allowedNetworks: [...settings.allowedNetworks, '127.0.0.0/8'] };
  const foundation = await openFoundation(loopbackAllowed, log, announce, { temporalSdkMetricsUrl });
  opened(foundation);
  const sandbox = await startSandbox(foundation);
  const [address] = await Promise.all([startApiPart(foundation, announce), startWorkerPart(foundation, stop)]);
  const client = new IntakeClient(address, foundation.adminKey);
  await configure(foundation, client, sandbox);
  const sourceKey = await keptSourceKey(foundation, client);
  const samples = await readSampleLeads(new URL('../examples/sample-leads.json', import.meta.url));
  const leads = await sendSamples(client, sourceKey, samples, announce);
  announce(`\n${outcomeTable(leads)}\n`);
  announce(closingWords(foundation, address, sandbox, sourceKey));
});

/** On the same port with each start, for the stored configuration names it. */
async function startSandbox({ closers, dataFolder }: Foundation): Promise<string> {
  const sandbox = new Sandbox({ sunny: 'healthy', moody: 'flaky', nightly: 'down', picky: 'refusing' });
  const free = await portOrFree('127.0.0.1', SANDBOX_PORT);
  const kept = await dataFolder?.generated('demo-sandbox-port', () => String(free.port));
  const port = kept && !kept.created ? Number(kept.value) : free.port;
  await sandbox.listen(port);
  closers.add('sandbox', () => sandbox.close());
  return `http://127.0.0.1:${port}`;
}

/** The demo's configuration is applied where there is none yet: what somebody changed since stays. */
async function configure({ configuration }: Foundation, client: IntakeClient, sandbox: string): Promise<void> {
  if ((await configuration.current()) !== null) return;
  await client.putSecret('sunny_token', 'made-up-token-of-the-sandbox');
  const yaml = await readFile(new URL('../examples/demo.yaml', import.meta.url), 'utf8');
  await client.putConfig(yaml.replaceAll(`http://127.0.0.1:${SANDBOX_PORT}`, sandbox));
}

/** One intake key for every start on the same data folder. */
async function keptSourceKey({ dataFolder }: Foundation, client: IntakeClient): Promise<string> {
  if (!dataFolder) return client.createSourceKey('website');
  const isKept = existsSync(join(dataFolder.path, 'demo-source-key'));
  const made = isKept ? '' : await client.createSourceKey('website');
  return (await dataFolder.generated('demo-source-key', () => made)).value;
}

async function sendSamples(client: IntakeClient, sourceKey: string, samples: SampleLead[], announce: Announce): Promise<{ label: string; lead: LeadView }[]> {
  announce(`Sending ${samples.length} sample leads through POST /v1/leads …`);
  const leads: { label: string; lead: LeadView }[] = [];
  const waiting = samples.map((sample, index) => ({ sample, index }));
  let sent = 0;
  const sendNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { sample, index } = next;
      const lead = await client.postLead(sourceKey, sample, `demo-${index}`);
      leads[index] = { label: `${String(sample['first_name'])}, ${String(sample['state'])}`, lead };
      sent += 1;
      if (sent % 6 === 0 || sent === samples.length) announce(`  ${sent} of ${samples.length} leads have an outcome`);
    }
  };
  await Promise.all(Array.from({ length: LEADS_AT_ONCE }, sendNext));
  // Read once more: what was under way while the others were sent has ended meanwhile.
  return Promise.all(leads.map(async ({ label, lead }) => ({ label, lead: await client.lead(lead.id) })));
}

function closingWords({ uiUrl, adminKey }: Foundation, address: string, sandbox: string, sourceKey: string): string {
  return `What runs now, until Ctrl-C:
  Leadrail      ${address}            page, API description at ${address}/docs
  Temporal UI   ${uiUrl ?? 'set LEADRAIL_TEMPORAL_UI_URL'}            each lead is a workflow: look for lead-<id>
  Sandbox       ${sandbox}            buyers: sunny, moody, nightly, picky
  Admin key     ${adminKey}
  Intake key    ${sourceKey}

Try:
  # a lead of your own
  curl -s '${address}/v1/leads?wait=10s' -H 'Authorization: Bearer ${sourceKey}' -H 'Content-Type: application/json' \\
    -d '{"first_name":"Zoe","last_name":"Zander","email":"zoe@example.com","phone":"212 555 0199","state":"TX"}'
  # Nightly is paused since its fifth error in a row; bring it back, and its held leads arrive
  curl -s -X PUT ${sandbox}/nightly/manner/healthy
  curl -s -X POST ${address}/v1/buyers/nightly/resume -H 'Authorization: Bearer ${adminKey}'
  curl -s ${sandbox}/nightly`;
}
