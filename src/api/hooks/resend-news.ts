import type { Callback, CallbackMeaning } from '../../channels/email/callback.ts';
import { applyNews } from '../../delivery-news/apply-news.ts';
import type { DeliveryNews } from '../../delivery-news/news.ts';
import type { DeliveryRecord, SuppressionRecord } from '../../store/records.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** `come-again`: the attempt has no end yet, so that there is nothing to change. */
export type TakenCallback = 'taken' | 'no-delivery' | 'come-again';

type Dependencies = Pick<ApiDependencies, 'store' | 'engine' | 'redeliver' | 'log' | 'clock' | 'metrics'>;

/** What a meaning changes. Every step may be done twice: a callback that broke off in the middle comes again. */
interface Consequence {
  news: Pick<DeliveryNews, 'event' | 'bounce' | 'code' | 'countsForBreaker'> | null;
  /** Why the address gets nothing more, of which people are alerted; null where it stays. */
  suppress: SuppressionRecord['cause'] | null;
  /** For a person; no address in it. */
  reason: string;
}

const UNTIL_RELEASED = 'Nothing is sent there any more until it is released: GET /v1/suppressions shows the address.';
const WHICH_IS_UNKNOWN = 'The email had several recipients, and Resend does not say which it was; look it up at Resend under "Emails".';

const FAILED = { event: 'failed', code: 'recipient', countsForBreaker: true } as const;

const CONSEQUENCES: Record<CallbackMeaning, Consequence> = {
  delivered: { news: { event: 'confirmed', code: 'recipient', countsForBreaker: false }, suppress: null, reason: 'Resend says that the recipient’s mail server has taken the email.' },
  bounced: { news: { ...FAILED, bounce: 'hard' }, suppress: 'bounced', reason: 'The email came back for good (a permanent bounce): the address does not exist, or its server takes nothing from us. Check the address in the destination and mend it.' },
  'soft-bounced': { news: { ...FAILED, bounce: 'soft' }, suppress: null, reason: 'The email came back (a full mailbox, or a bounce that may pass). Ask the buyer to look at the mailbox, then redeliver.' },
  complained: { news: { ...FAILED, event: 'complained' }, suppress: 'complained', reason: 'The recipient called the email spam. Ask the buyer whether they want their leads at this address.' },
  failed: { news: { ...FAILED, code: 'rule' }, suppress: null, reason: 'Resend took the email and could not send it. Look it up at Resend under "Emails" for the cause, then redeliver.' },
  suppressed: { news: FAILED, suppress: null, reason: 'Resend did not send the email: the address is on Resend’s own suppression list, after an earlier bounce or complaint. Mend the address, or take it off the list at Resend, then redeliver.' },
  delayed: { news: null, suppress: null, reason: 'Resend says that the recipient’s mail server does not take the email for now; Resend goes on trying.' },
};

/** Carries out what a callback of Resend says of a delivery. */
export async function takeResendCallback(dependencies: Dependencies, callback: Callback): Promise<TakenCallback> {
  const { store, clock } = dependencies;
  const delivery = await deliveryOf(store, callback);
  if (delivery === null) return 'no-delivery';
  const { news, suppress, reason } = CONSEQUENCES[callback.meaning];
  const at = callback.at ?? clock().toISOString();
  const { id, leadId, planned: { buyer, destination } } = delivery;
  if (news !== null) {
    const result = await applyNews(dependencies, { deliveryId: id, at, reason, mayPass: false, ...news });
    if (result === 'not-settled') return 'come-again';
  }
  if (suppress !== null) {
    const alert = { lead: leadId, raisedAt: clock().toISOString() };
    if (callback.address !== null) await store.suppressions.add({ address: callback.address, cause: suppress, buyer, destination, deliveryId: id, since: at }, { ...alert, reason: `${reason} ${UNTIL_RELEASED}` });
    else await store.alerts.raise({ kind: 'delivery-problem', buyer, destination, ...alert, reason: `${reason} ${WHICH_IS_UNKNOWN}` });
  }
  if (news === null || news.event === 'complained') await store.leads.addNotes(leadId, [`${buyer}/${destination}: ${reason}`]);
  return 'taken';
}

async function deliveryOf(store: Dependencies['store'], { deliveryId, emailId }: Callback): Promise<DeliveryRecord | null> {
  const tagged = deliveryId === null ? null : await store.deliveries.get(deliveryId);
  return tagged ?? (emailId === null ? null : store.deliveries.ofEmail(emailId));
}
