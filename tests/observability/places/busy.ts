// Vendors that fail, are slow, full, out of money or without a price; budgets that come to their end; a webhook that nobody takes.

import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "../../../tools/free-port.ts";
import { startBusyServer } from "../busy-server.ts";
import type { Place } from "../causes.ts";

export async function startBusyPlace(): Promise<Place> {
  const busy = await startBusyServer({ GHOSTLLM_HEALTH_REST_MS: "20s", GHOSTLLM_HEALTH_PARK_MS: "20s" });
  const { admin } = busy.server;
  const url = `http://127.0.0.1:${await findFreePort()}/`;
  let hook = "";
  const over = new AbortController();
  let troubles: Promise<unknown> = Promise.resolve();

  const repeat = async (once: () => Promise<unknown>): Promise<void> => {
    while (!over.signal.aborted) {
      await once();
      await sleep(200);
    }
  };
  const setBudget = async (budget_usd: string): Promise<void> => {
    for (const { id, budget_usd: before } of (await admin.apiKeys.list({ query: { limit: 100 } })).data)
      if (before !== null) await admin.apiKeys.update({ params: { id }, body: { budget_usd } });
  };
  const spend = async (): Promise<void> => {
    for (let time = 0; time < 2; time += 1) await busy.ask("well/m", {}, busy.poorKey);
    // Long enough for somebody to see it near its end.
    await sleep(12_000);
    await setBudget("0.01");
  };
  const once = async (): Promise<void> => {
    const models = ["well/senseless", "routed", "refused/refused"];
    await Promise.all(models.map((model) => busy.ask(model)));
    await Promise.all(["routed", "well/unlisted"].map((model) => busy.ask(model, {}, busy.freeKey)));
  };
  const wait = (): Promise<unknown> => Promise.all(Array.from({ length: 4 }, () => busy.ask("waits")));
  return {
    target: busy.target,
    async begin() {
      ({ id: hook } = await admin.webhooks.create({ body: { name: "gone", url, types: ["usage.tracked"] } }));
      const slow = (): Promise<unknown> => busy.ask("well/slow", { stream: true });
      troubles = Promise.all([repeat(once), repeat(wait), repeat(slow), spend()]);
    },
    async end() {
      over.abort();
      await troubles;
      await admin.webhooks.remove({ params: { id: hook } });
      for (const { id, name } of (await admin.providers.list()).data)
        if (name === "broken" || name === "refused") await admin.providers.remove({ params: { id } });
      await setBudget("1000");
    },
    close: () => busy.close(),
  };
}
