import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable } from './store.ts';

/** More in one group makes the statement long, and those in front of it wait. */
const MOST_IN_GROUP = 64;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Makes one call to the database of many: what is asked for in the same turn of the event loop, or while a group is under way,
 * goes together in the next one. Without `lingerMs` nobody waits for company: a call that comes alone goes at once.
 * A group that the database refuses is tried again one by one, so that each answers for itself.
 */
export class Grouped<Item, Result> {
  private readonly callTogether: (items: Item[]) => Promise<Result[]>;
  private waiting: Waiting<Item, Result>[] = [];
  private readonly lingerMs: number;
  private isUnderWay = false;

  /** `callTogether` gives one result per item, in their order, and does all of them or none. With `lingerMs` a call waits so long for company. */
  constructor(callTogether: (items: Item[]) => Promise<Result[]>, { lingerMs = 0 } = {}) {
    this.callTogether = callTogether;
    this.lingerMs = lingerMs;
  }

  call(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.isUnderWay) return;
      this.isUnderWay = true;
      void this.work();
    });
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      await (this.lingerMs > 0 ? delay(this.lingerMs) : nextTurn());
      await this.settle(this.waiting.splice(0, MOST_IN_GROUP));
    }
    this.isUnderWay = false;
  }

  private async settle(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.callTogether(group.map(({ item }) => item));
      if (results.length !== group.length) throw new Error(`a group of ${group.length} calls got ${results.length} results`);
      results.forEach((result, index) => group[index]?.resolve(result));
    } catch (error) {
      if (group.length === 1 || error instanceof StoreUnavailable) for (const { reject } of group) reject(error);
      else await Promise.all(group.map((one) => this.settle([one])));
    }
  }
}
