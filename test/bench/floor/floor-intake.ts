import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { leadWorkflowId } from '../../../src/domain/delivery/workflow-id.ts';
import type { FloorLead } from './sendings.ts';
import { FLOOR_DOORS, FLOOR_SHAPES } from './shapes.ts';

const leadSchema = z.object({
  campaign: z.enum(FLOOR_SHAPES),
  first_name: z.string(),
  last_name: z.string(),
  phone: z.string(),
  email: z.string(),
  state: z.string(),
  comments: z.string(),
});

export interface FloorIntake {
  client: Client;
  taskQueue: string;
  /** By the name of a door. */
  urls: Readonly<Record<string, string>>;
}

/** The least that takes leads as Leadrail does: a POST is answered 202 with the lead's id, and a workflow starts behind the answer, chosen by `campaign`. */
export function createFloorIntake(intake: FloorIntake): Server {
  return createServer((request, response) => {
    take(intake, request, response).catch((error: unknown) => {
      // After the answer only the log is left; the load notices a lead that does not arrive.
      if (response.headersSent) process.stderr.write(`the floor did not start a lead: ${String(error)}\n`);
      else response.writeHead(500).end(String(error));
    });
  });
}

async function take({ client, taskQueue, urls }: FloorIntake, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.setEncoding('utf8');
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const { campaign, ...fields } = leadSchema.parse(JSON.parse(text));
  const leadId = randomUUID();
  const body = bodyOf(leadId, fields);
  const lead: FloorLead = { leadId, sendings: FLOOR_DOORS[campaign].map((door) => ({ url: urls[door] ?? '', key: `${leadId}-${door}`, body })) };
  // In Leadrail's order, so that the times from the answer on compare.
  response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ id: leadId }));
  await client.workflow.start(campaign, { workflowId: leadWorkflowId(leadId), taskQueue, args: [lead], requestEagerStart: true });
}

/** What Leadrail's mapping makes of the same lead. */
function bodyOf(leadId: string, fields: Omit<z.infer<typeof leadSchema>, 'campaign'>): string {
  const { first_name, last_name, phone, email, state, comments } = fields;
  return JSON.stringify({ lead_id: leadId, contact: { first_name, last_name, phone: `+1${phone.replaceAll(/\D/g, '')}`, email }, state: state.toUpperCase(), comments });
}
