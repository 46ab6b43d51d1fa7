// Brokers and webhooks that are away for a minute, and a `kill -9` meanwhile.

import { describe, it } from "vitest";
import { availableEngines } from "../../apps/server/tests/store-support/engines.ts";
import { findNats } from "../../apps/server/tests/support/nats.ts";
import { expectEventsThroughOutage } from "../support/event-outage.ts";

describe.skipIf(findNats() === null).each(availableEngines())("events on $name", (engine) => {
  it(
    "all arrive, in order by key, when nobody could be told for 60 seconds and the server was killed",
    { timeout: 300_000 },
    async () => {
      const database = await engine.create();
      try {
        console.info(`${engine.name}: ${await expectEventsThroughOutage({ database, outageMs: 60_000 })}`);
      } finally {
        await database.dispose();
      }
    },
  );
});
