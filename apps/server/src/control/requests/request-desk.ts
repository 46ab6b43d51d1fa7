// Answers gateways what a key may know of a request of its own. In the main thread, which has the store.

import { timeOfId } from "@ghostllm/contract";
import { describeRequest, forItsKey } from "#control/resources/request-detail.ts";
import type { DetailDeps } from "#control/resources/request-detail.ts";
import type { Store } from "#control/store/store.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { ToldRequests } from "#link/told-requests.ts";

interface RequestDeskDeps extends DetailDeps {
  readonly store: DetailDeps["store"] & Pick<Store, "usage" | "within">;
}

/** A client waits for it. */
const patienceMs = 5_000;
/** What was just answered is on its way to the database. */
const freshMs = 10_000;
const lookAgainMs = 200;
const looks = 6;

export class RequestDesk implements ToldRequests {
  readonly #deps: RequestDeskDeps;

  constructor(deps: RequestDeskDeps) {
    this.#deps = deps;
  }

  async find(id: string, keyId: string): Promise<string | null> {
    const { store } = this.#deps;
    const record = await this.#look(id, keyId);
    if (record === undefined) return null;
    return store.within(patienceMs, async () => {
      const holder = (await store.names.find({ keys: [keyId] })).keys.get(keyId)?.userId;
      return JSON.stringify(forItsKey(await describeRequest(this.#deps, record), holder === record.userId));
    });
  }

  async #look(id: string, keyId: string): Promise<UsageRecord | undefined> {
    const { store } = this.#deps;
    const madeAt = timeOfId(id);
    if (madeAt === null) return undefined;
    const isFresh = Math.abs(Date.now() - madeAt) < freshMs;
    for (let look = 1; ; look += 1) {
      const record = await store.within(patienceMs, () => store.usage.find(id, [{ kind: "key", id: keyId }]));
      if (record !== undefined || !isFresh || look === looks) return record;
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    }
  }
}
