import { and, asc, desc, eq, inArray, isNotNull, or, sql } from 'drizzle-orm';
import { readCursor, toPage } from './cursor.ts';
import type { Database } from './database.ts';
import { deliveryColumns, newRound, toDeliveryRecord, type DeliveryRow } from './delivery-rows.ts';
import { isFinal } from '../domain/delivery/state.ts';
import type { Encryption } from './encryption.ts';
import { readWork } from './delivery-work.ts';
import { failedInOutage } from './failed-in-outage.ts';
import type { LeadsAtHand } from './leads-at-hand.ts';
import { Grouped } from './grouped.ts';
import { holdDelivery } from './hold.ts';
import { sealKeptRequest } from './kept-request.ts';
import { deliveries, leads, probeLeases } from './schema.ts';
import { mayBeReleased, mayGoOutAgain } from './lead-standing.ts';
import { deliveryIn, lockDelivery, type LockedLead } from './locked-lead.ts';
import { changeDelivery, maySettle, settledChange } from './settlement.ts';
import type { DeliveryStore } from './store.ts';
import { workflowsInHand } from './workflows-in-hand.ts';
import { writeLeads } from './write-leads.ts';

const isHeld = sql`${deliveries.state} = 'held'`;

/** A release whose delivery is still held after a minute got lost on its way: it is told again. */
const isUnreleased = sql`(${deliveries.releasedAt} is null or ${deliveries.releasedAt} < now() - interval '1 minute')`;

/** Whether a release still finds a delivery as it saw it, now that nobody else can change it. */
function isStill(from: 'held' | 'failed-in-outage', delivery: DeliveryRow, { lead, deliveries: ofLead }: LockedLead): boolean {
  return from === 'held'
    ? delivery.state === 'held' && mayBeReleased(lead.plans, ofLead, delivery.id)
    : delivery.state === 'failed' && delivery.releaseOnRecovery && mayGoOutAgain(lead.plans, ofLead, delivery.id);
}

/** Deliveries in the database. */
export function createDeliveryStore(database: Database, encryption: Encryption, atHand: LeadsAtHand): DeliveryStore {
  const works = new Grouped(async (ids: string[]) => {
    const read = await database.run('deliveries.work', (session) => readWork(session, encryption, ids));
    for (const lead of read.leads) atHand.keepRead(lead);
    return read.works;
  });
  return {
    get: (id) =>
      database.run('deliveries.get', async (session) => {
        const [row] = await session.select(deliveryColumns).from(deliveries).where(eq(deliveries.id, id));
        return row ? toDeliveryRecord(row) : null;
      }),

    ofLead: (leadId) =>
      database.run('deliveries.ofLead', async (session) => {
        const rows = await session.select(deliveryColumns).from(deliveries).where(eq(deliveries.leadId, leadId)).orderBy(asc(deliveries.position));
        return rows.map(toDeliveryRecord);
      }),

    ofEmail: (emailId) =>
      database.run('deliveries.ofEmail', async (session) => {
        const isEmail = sql`${deliveries.planned} ->> 'type' = 'email'`;
        const [row] = await session.select(deliveryColumns).from(deliveries).where(and(eq(deliveries.recipientId, emailId), isEmail)).limit(1);
        return row ? toDeliveryRecord(row) : null;
      }),

    work: (id) => works.call(id),

    firstWork: async (id) => atHand.takeWork(id) ?? works.call(id),

    keepRequest: (id, request) =>
      database.run('deliveries.keepRequest', async (session) => {
        const isOpen = sql`${deliveries.state} in ('planned', 'delivering', 'held', 'queued')`;
        await session
          .update(deliveries)
          .set({ keptRequest: sealKeptRequest(encryption, id, request) })
          .where(and(eq(deliveries.id, id), isOpen));
      }),

    settle: (id, settlement) =>
      database.transaction('deliveries.settle', async (tx) => {
        const before = await lockDelivery(tx, id);
        const delivery = deliveryIn(before, id);
        if (!maySettle(delivery.state, settlement.state)) return toDeliveryRecord(delivery);
        const at = new Date().toISOString();
        const after = changeDelivery(before, id, settledChange(settlement, at), at);
        await writeLeads(tx, [{ before, after }]);
        return toDeliveryRecord(deliveryIn(after, id));
      }),

    hold: (id, hold) => holdDelivery(database, id, hold),

    workflowsInHand: (receivedAfter) => database.run('deliveries.workflowsInHand', (session) => workflowsInHand(session, receivedAfter)),

    held: (buyer, destinations, limit) =>
      database.run('deliveries.held', async (session) => {
        const rows = await session
          .select(deliveryColumns)
          .from(deliveries)
          .where(and(isHeld, isUnreleased, eq(deliveries.buyer, buyer), destinations ? inArray(deliveries.destination, destinations) : undefined))
          .orderBy(asc(deliveries.receivedAt), asc(deliveries.id))
          .limit(limit);
        return rows.map(toDeliveryRecord);
      }),

    heldDestinations: () =>
      database.run('deliveries.heldDestinations', (session) =>
        session
          .selectDistinct({ buyer: deliveries.buyer, destination: deliveries.destination })
          .from(deliveries)
          .where(and(isHeld, isUnreleased))
          .orderBy(asc(deliveries.buyer), asc(deliveries.destination)),
      ),

    newestTest: (buyer, destination) =>
      database.run('deliveries.newestTest', async (session) => {
        const [row] = await session
          .select(deliveryColumns)
          .from(leads)
          .innerJoin(deliveries, eq(deliveries.leadId, leads.id))
          .where(and(leads.test, eq(deliveries.buyer, buyer), eq(deliveries.destination, destination)))
          .orderBy(desc(leads.receivedAt), desc(leads.id))
          .limit(1);
        return row ? toDeliveryRecord(row) : null;
      }),

    overdueHolds: (before, limit) =>
      database.run('deliveries.overdueHolds', async (session) => {
        const rows = await session
          .select(deliveryColumns)
          .from(deliveries)
          .where(and(isHeld, sql`${deliveries.heldUntil} < ${before}::timestamptz`))
          .orderBy(asc(deliveries.heldUntil))
          .limit(limit);
        return rows.map(toDeliveryRecord);
      }),

    markReleased: (ids) =>
      database.run('deliveries.markReleased', async (session) => {
        if (ids.length > 0) await session.update(deliveries).set({ releasedAt: sql`now()` }).where(and(inArray(deliveries.id, ids), isHeld));
      }),

    failedInOutage: (buyer, destination, since, limit) =>
      database.run('deliveries.failedInOutage', (session) => failedInOutage(session, { buyer, destination, since }, limit)),

    startRound: (id, workflowId, onlyFrom) =>
      database.transaction('deliveries.startRound', async (tx) => {
        const before = await lockDelivery(tx, id);
        const delivery = deliveryIn(before, id);
        if (delivery.state === 'planned' && delivery.workflowId === workflowId) return toDeliveryRecord(delivery);
        // What runs is another's, and what was delivered is not sold twice: that takes a delivery of its own.
        if (delivery.state === 'delivered' || (delivery.state !== 'held' && !isFinal(delivery.state))) return null;
        if (onlyFrom && !isStill(onlyFrom, delivery, before)) return null;
        const after = changeDelivery(before, id, newRound(delivery, workflowId), new Date().toISOString());
        await writeLeads(tx, [{ before, after }]);
        return toDeliveryRecord(deliveryIn(after, id));
      }),

    deadLetters: (filter, limit, cursor) =>
      database.run('deliveries.deadLetters', async (session) => {
        const position = readCursor(cursor);
        const rows = await session
          .select(deliveryColumns)
          .from(deliveries)
          .where(
            and(
              isNotNull(deliveries.deadLetter),
              filter.kind === undefined ? undefined : eq(deliveries.deadLetter, filter.kind),
              filter.buyer === undefined ? undefined : eq(deliveries.buyer, filter.buyer),
              filter.destination === undefined ? undefined : eq(deliveries.destination, filter.destination),
              filter.source === undefined ? undefined : eq(deliveries.source, filter.source),
              position ? sql`(${deliveries.settledAt}, ${deliveries.id}) < (${position.time}::timestamptz, ${position.id})` : undefined,
            ),
          )
          .orderBy(desc(deliveries.settledAt), desc(deliveries.id))
          .limit(limit + 1);
        return toPage(rows, limit, toDeliveryRecord, (row) => ({ time: row.settledAt ?? row.receivedAt, id: row.id }));
      }),

    takeProbe: ({ now, ...lease }) =>
      database.run('deliveries.takeProbe', async (session) => {
        const rows = await session
          .insert(probeLeases)
          .values(lease)
          .onConflictDoUpdate({
            target: [probeLeases.buyer, probeLeases.destination, probeLeases.probe],
            set: { deliveryId: lease.deliveryId, expiresAt: lease.expiresAt },
            setWhere: or(eq(probeLeases.deliveryId, lease.deliveryId), sql`${probeLeases.expiresAt} <= ${now}::timestamptz`),
          })
          .returning({ deliveryId: probeLeases.deliveryId });
        return rows.length > 0;
      }),
  };
}
