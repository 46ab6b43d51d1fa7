// How the parts are that a server depends on, as every engine of link has to tell it.

import { expect, it } from "vitest";
import { linkEngines } from "./link-support/engines.ts";

it.each(linkEngines)("health ($name): of every part the last word counts", async ({ start }) => {
  const { link, close } = await start();
  expect([...(await link.health.parts())]).toEqual([]);
  link.health.report("store", { isHealthy: false, detail: "away" });
  link.health.report("journal", { isHealthy: true, detail: "0 records" });
  link.health.report("store", { isHealthy: true, detail: "sqlite" });
  expect(Object.fromEntries(await link.health.parts())).toEqual({
    store: { isHealthy: true, detail: "sqlite" },
    journal: { isHealthy: true, detail: "0 records" },
  });
  await close();
});
