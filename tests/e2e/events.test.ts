// Brokers and webhooks that are away for some seconds, and a `kill -9` meanwhile; tests/faults has a whole minute.

import { describe, it } from "vitest";
import { availableEngines } from "../../apps/server/tests/store-support/engines.ts";
import { findNats } from "../../apps/server/tests/support/nats.ts";
import { expectEventsThroughOutage } from "../support/event-outage.ts";

describe.skipIf(findNats() === null).each(availableEngines())("events on $name", (engine) => {
  it(
    "all arrive, in order by key, when nobody could be told for 4 seconds and the server was killed",
    { timeout: 180_000 },
    async () => {
      const database = await engine.create();
      try {
        console.info(`${engine.name}: ${await expectEventsThroughOutage({ database, outageMs: 4_000 })}`);
      } finally {
        await database.dispose();
      }
    },
  );
});
