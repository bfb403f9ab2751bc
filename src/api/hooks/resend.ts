import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { isSignedByResend, readCallback, type Callback } from '../../channels/email/callback.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { defineEndpoint, nothing } from '../http/endpoint.ts';
import { JSON_TYPE } from '../http/media-types.ts';
import { Problem } from '../http/problem.ts';
import { onceSettled } from './once-settled.ts';
import { takeResendCallback, type TakenCallback } from './resend-news.ts';

const PROVIDER = 'resend';

/** Of an email that nobody knows here: most are somebody else's, sent by the same account. */
const STRANGERS_WAIT_MS = 2_000;

const takenSchema = z.object({ result: z.enum(['taken', 'known', 'ignored', 'no-delivery']) });

/** Where Resend tells what became of an email. Public: the signature proves who calls. */
export const resendCallback = defineEndpoint({
  method: 'post',
  path: '/hooks/resend',
  access: 'public',
  tag: 'Callbacks',
  summary: 'Resend says what became of an email',
  description: 'Signed as Resend does it (`svix-id`, `svix-timestamp`, `svix-signature`), with the secret of LEADRAIL_RESEND_WEBHOOK_SECRET. Each `svix-id` counts once.',
  headers: z.object({ 'svix-id': z.string(), 'svix-timestamp': z.string(), 'svix-signature': z.string() }),
  params: nothing,
  query: nothing,
  // Read as text: the signature is over these very characters.
  body: { schema: z.string(), types: [JSON_TYPE], read: ({ text }) => text },
  answers: { 200: { description: 'Taken in, or nothing to do', schema: takenSchema } },
  handle: async ({ body, headers, gone }, dependencies) => {
    const { store, settings, log } = dependencies;
    const secret = settings.resendWebhookSecret ?? null;
    if (secret === null) throw new Problem(503, 'Callbacks of Resend are not taken here: LEADRAIL_RESEND_WEBHOOK_SECRET is not set. Set it to the signing secret on the webhook’s page at Resend, and start again.');
    const signature = signatureOf(headers);
    if (signature === null || !isSignedByResend(body, signature, secret)) {
      throw new Problem(401, 'The signature does not fit. Check that LEADRAIL_RESEND_WEBHOOK_SECRET is the secret of this webhook at Resend, that nothing in between changes the body, and that the clock here is right to five minutes.');
    }
    if (await store.callbacks.isKnown(PROVIDER, signature.id)) return { status: 200, body: { result: 'known' } };
    const callback = readCallback(body);
    const result = callback === null ? 'ignored' : await takeOnceSettled(callback, dependencies, gone);
    if (result === 'come-again') throw new Problem(503, 'The attempt that made this email has not ended yet. Send the callback again.');
    // After the work: a callback that broke off in it comes again, and nothing in it does harm twice.
    await store.callbacks.note(PROVIDER, signature.id);
    if (result === 'no-delivery') log.info({ callback: callback?.meaning }, 'a callback of Resend is about an email that is none of ours');
    return { status: 200, body: { result } };
  },
});

/** Without our tag an email is known by its id only, and by that not before its attempt has ended. */
function takeOnceSettled(callback: Callback, dependencies: ApiDependencies, gone: AbortSignal): Promise<TakenCallback> {
  const isUntagged = callback.deliveryId === null;
  const isEarly = (taken: TakenCallback) => taken === 'come-again' || (taken === 'no-delivery' && isUntagged);
  return onceSettled(() => takeResendCallback(dependencies, callback), isEarly, isUntagged ? { gone, withinMs: STRANGERS_WAIT_MS } : { gone });
}

function signatureOf(headers: IncomingHttpHeaders): { id: string; timestamp: string; signature: string } | null {
  const text = (name: string) => [headers[name] ?? []].flat()[0];
  const [id, timestamp, signature] = [text('svix-id'), text('svix-timestamp'), text('svix-signature')];
  return id === undefined || timestamp === undefined || signature === undefined || id.length > 200 ? null : { id, timestamp, signature };
}
