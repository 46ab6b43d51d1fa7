// What open pages are told: a call made elsewhere at once, and that the server was away.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { startServer } from "../support/server.ts";
import { slowdown } from "../support/slowdown.ts";
import { violationsInBothThemes } from "./support/browser.ts";
import { admin } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";

const promisedMs = 1_000;

const suite = openSuite();

const requestsOf = async (page: Page): Promise<number> => {
  const text = await page.getByRole("region", { name: "Figures" }).innerText();
  return Number(/Requests\s+([\d,]+)/.exec(text)?.[1]?.replaceAll(",", "") ?? Number.NaN);
};

describe.skipIf(executable === null)("a call made elsewhere", () => {
  it("is in the figures and the tail of the dashboard, and in the list of requests, within a second", async () => {
    await suite.stage.untilListed(await suite.stage.call("fake-model"));
    const dashboard = (await suite.visits.openAs(admin, "/")).page;
    const requests = (await suite.visits.openAs(admin, "/requests")).page;
    await requests.getByText("live", { exact: true }).waitFor();
    const before = await requestsOf(dashboard);
    const slower = slowdown();
    const id = await suite.stage.call("gpt-4o-mini");
    const endedAt = performance.now();
    await Promise.all([dashboard, requests].map((page) => page.locator(`tbody tr[data-id="${id}"]`).waitFor()));
    await expect.poll(() => requestsOf(dashboard), { interval: 20 }).toBe(before + 1);
    expect((performance.now() - endedAt) / Math.max(slower, slowdown())).toBeLessThan(promisedMs);
  });
});

describe.skipIf(executable === null)("a server that goes away", () => {
  it("is said to be away, and what was missed is there by itself when it is back", async () => {
    const { page } = await suite.visits.openAs(admin, "/requests");
    await page.getByText("live", { exact: true }).waitFor();
    await suite.stage.server.stop();
    await page.getByText(/^Reconnecting, data from/).waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
    const { port } = new URL(suite.stage.url);
    const environment = { ...suite.stage.environment, SERVER_PORT: port };
    const again = await startServer({
      dataDir: suite.stage.server.dataDir,
      upstreamUrl: suite.stage.vendorUrl,
      environment,
    });
    try {
      const { data } = await again.admin.users.list();
      const { key } = await again.admin.apiKeys.create({ body: { name: "meanwhile", user_id: data[0]?.id ?? "" } });
      const missed = await suite.stage.call("fake-model", key);
      await page.locator(`tbody tr[data-id="${missed}"]`).waitFor();
      await page.getByText(/^Reconnecting, data from/).waitFor({ state: "detached" });
      const next = await suite.stage.call("fake-model", key);
      await page.locator(`tbody tr[data-id="${next}"]`).waitFor();
      expect(await page.getByText("live", { exact: true }).count()).toBe(1);
    } finally {
      await again.stop();
    }
  }, 120_000);
});
