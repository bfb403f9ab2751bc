import { z } from 'zod';
import { boundChannelOf } from '../../channels/registry.ts';
import { callbackUrl } from '../../channels/sms/render.ts';
import { isFromTwilio, readStatusCallback, type MessageNews } from '../../channels/sms/status-callback.ts';
import { applyNews } from '../../delivery-news/apply-news.ts';
import type { NewsResult } from '../../delivery-news/news.ts';
import type { DeliveryRecord } from '../../store/records.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { defineEndpoint, nothing, type Answer } from '../http/endpoint.ts';
import { FORM_TYPE, unsupported } from '../http/media-types.ts';
import { Problem, RETRY_AFTER_SECONDS } from '../http/problem.ts';
import type { BodyReader } from '../http/read-body.ts';
import { onceSettled } from './once-settled.ts';

/** A form as Twilio signs it: a name that comes more than once is a list. */
const readForm: BodyReader = (raw) => {
  if (raw.mediaType !== FORM_TYPE) throw unsupported(raw, [FORM_TYPE]);
  const form = new URLSearchParams(raw.text);
  return Object.fromEntries([...new Set(form.keys())].map((name) => [name, form.getAll(name).length > 1 ? form.getAll(name) : (form.get(name) ?? '')]));
};

export const twilioStatus = defineEndpoint({
  method: 'post',
  path: '/hooks/twilio/{deliveryId}',
  access: 'public',
  tag: 'Callbacks',
  summary: 'What became of a text message, by Twilio',
  description: 'Twilio calls it for every `sms` delivery when LEADRAIL_PUBLIC_URL is set. Signed with the account’s auth token (X-Twilio-Signature) over that public address.',
  params: z.object({ deliveryId: z.uuid() }),
  query: nothing,
  body: { schema: z.record(z.string(), z.union([z.string(), z.array(z.string())])), types: [FORM_TYPE], read: readForm },
  headers: z.object({ 'X-Twilio-Signature': z.string() }),
  answers: {
    204: { description: 'Taken in, or nothing new' },
    400: { description: 'Not the state of a message' },
    403: { description: 'Not signed by the account of this delivery' },
    503: { description: 'The delivery’s attempt has not ended yet' },
  },
  handle: async ({ params, body, headers, gone }, dependencies) => {
    const { store, settings, log } = dependencies;
    const delivery = await store.deliveries.get(params.deliveryId);
    const authToken = delivery === null ? null : await tokenFor(delivery, dependencies);
    const signature = headers['x-twilio-signature'];
    const isSigned = authToken !== null && typeof signature === 'string' && isFromTwilio(authToken, signature, callbackUrl(settings.publicUrl, params.deliveryId), body);
    // One answer for all, so that nobody learns which deliveries there are.
    if (delivery === null || !isSigned) throw new Problem(403, 'This is not signed by the Twilio account of this delivery. Check that LEADRAIL_PUBLIC_URL is exactly the address that Twilio calls, and that the destination’s auth token is current.');
    const news = readStatusCallback(body);
    if (news === 'unreadable') throw new Problem(400, 'This is not the state of a message: MessageSid or MessageStatus is missing.');
    if (news === 'on-its-way') return TAKEN;
    const result = await applyOnceSettled(delivery.id, news, dependencies, gone);
    log.info({ deliveryId: delivery.id, event: news.event, code: news.event === 'failed' ? news.code : null, result }, 'Twilio told what became of a message');
    if (result === 'not-settled') throw new Problem(503, 'The attempt of this delivery has not ended yet. Call again.', { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } });
    await tellPeople(delivery, news, result, dependencies);
    return TAKEN;
  },
});

/** As where the answer to the send says it: a number that opted out gets nothing more, and whatever only a person can mend is an alert. */
async function tellPeople({ id, leadId, planned }: DeliveryRecord, { reason, optedOut, isPermanent }: MessageNews, result: NewsResult, { store, clock }: Pick<ApiDependencies, 'store' | 'clock'>): Promise<void> {
  const { buyer, destination } = planned;
  const at = clock().toISOString();
  const alert = { lead: leadId, reason, raisedAt: at };
  if (optedOut !== null) await store.suppressions.add({ address: optedOut, cause: 'opted-out', buyer, destination, deliveryId: id, since: at }, { ...alert, reason: `${reason} ${UNTIL_RELEASED}` });
  if (isPermanent && result === 'applied') await store.alerts.raise({ kind: 'delivery-problem', buyer, destination, ...alert });
}

const UNTIL_RELEASED = 'Nothing is sent there any more until it is released: GET /v1/suppressions shows the number.';

const TAKEN: Answer = { status: 204 };

function applyOnceSettled(deliveryId: string, { messageSid, event, code, reason, countsForBreaker, mayPass }: MessageNews, dependencies: ApiDependencies, gone: AbortSignal): Promise<NewsResult> {
  const apply = async () => {
    // A message of an earlier round says nothing of the one that counts.
    const counts = (await dependencies.store.deliveries.get(deliveryId))?.recipientId ?? messageSid;
    if (counts !== messageSid) return 'stale';
    return applyNews(dependencies, { deliveryId, at: dependencies.clock().toISOString(), event, code, reason, countsForBreaker, mayPass });
  };
  return onceSettled(apply, (result) => result === 'not-settled', { gone });
}

/** By today's configuration; by that of the lead's plan where the destination is gone from it. Null: nobody can have signed. */
async function tokenFor({ planned, leadId }: DeliveryRecord, { configuration, installation, store }: ApiDependencies): Promise<string | null> {
  const { buyer, destination } = planned;
  const today = await configuration.resolveDestination('latest', buyer, destination);
  const planVersion = today.ok ? null : (await store.leads.get(leadId))?.plan.configVersion;
  const resolved = today.ok || planVersion === null || planVersion === undefined ? today : await configuration.resolveDestination(planVersion, buyer, destination);
  return resolved.ok ? boundChannelOf(resolved.destination.type).callbackToken(resolved.destination, installation) : null;
}
