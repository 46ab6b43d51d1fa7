// Requests in the console: the list with its live tail, and the page that says why. In a real Chromium over a real server.

import { readFile } from "node:fs/promises";
import type { Page, WebSocketRoute } from "playwright-core";
import { describe, expect, it, vi } from "vitest";
import { signIn, violationsOf } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import { executable, openSuite } from "./support/suite.ts";
import type { Suite } from "./support/suite.ts";

const manyCalls = 260;

let keyOfGrace = "";
let keyOfAdmin = "";

async function furnish({ stage }: Suite): Promise<void> {
  const { admin: client } = stage.server;
  const users = (await client.users.list()).data;
  const keyOf = async (email: string): Promise<string> => {
    const owner = users.find((one) => one.email === email)?.id ?? "";
    return (await client.apiKeys.create({ body: { name: `tail of ${email}`, user_id: owner } })).key;
  };
  [keyOfGrace, keyOfAdmin] = [await keyOf(user), await keyOf(admin)];
  stage.vendor.script((received) =>
    received.text.includes('"model":"gpt-4o"')
      ? { kind: "error", status: 529, message: "overloaded" }
      : { kind: "default" },
  );
  await stage.call("gpt-4o-mini", keyOfGrace);
  await stage.call("fake-model", keyOfAdmin);
  await stage.call("smart", keyOfAdmin);
  for (let at = 0; at < manyCalls - 3; at += 20)
    await Promise.all(
      Array.from({ length: Math.min(20, manyCalls - 3 - at) }, () => stage.call("gpt-4o-mini", keyOfAdmin)),
    );
  await vi.waitUntil(async () => (await client.requests.list()).count?.value === manyCalls, 20_000);
}

const suite = openSuite({ furnish });

const rows = (page: Page) => page.locator("tbody tr[data-id]");
const list = (page: Page) => page.locator("[data-scroll-restoration-id=requests]");

describe.skipIf(executable === null)("the list of requests", () => {
  it("counts them all, reads on as one scrolls, and holds only the rows in sight", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/requests");
    await page.getByText(/^\d+ requests$/).waitFor();
    const { data } = await suite.stage.server.admin.requests.list({ query: { limit: 500 } });
    expect(await page.getByText(`${data.length} requests`).count()).toBe(1);
    expect(await rows(page).first().getAttribute("data-id")).toBe(data[0]?.id);
    const oldest = data.at(-1)?.id;
    const atEnd = async (): Promise<string | null> => {
      await list(page).evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return rows(page).last().getAttribute("data-id");
    };
    await expect.poll(atEnd, { timeout: 20_000 }).toBe(oldest);
    expect(await rows(page).count()).toBeLessThan(70);
    expect(problems).toEqual([]);
  });

  it("is filtered by the server and in the URL, which can be opened again", async () => {
    const { page } = await suite.visits.openAs(admin, "/requests");
    await page.getByLabel("All models").selectOption("fake-model");
    await page.getByText("1 request", { exact: true }).waitFor();
    expect(page.url()).toContain("model=fake-model");
    await page.reload();
    await page.getByText("1 request", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByLabel("Any status").selectOption("failed");
    await page.getByText("No request in this time is like that.").waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    const { data } = await suite.stage.server.admin.requests.list({ query: { requested_model: "smart" } });
    await page.keyboard.press("/");
    await page.keyboard.type(data[0]?.id ?? "");
    await page.getByText("1 request", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "What happened" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/console/requests/${data[0]?.id}`);
    await page.goBack();
    await page.getByText("1 request", { exact: true }).waitFor();
  });

  it("is put in order by the server", async () => {
    const { page } = await suite.visits.openAs(admin, "/requests");
    await page.getByRole("button", { name: "Tokens" }).click();
    await expect.poll(() => page.url()).toContain("sort=-tokens");
    const query = { order_by: "tokens", limit: 1 } as const;
    const { data } = await suite.stage.server.admin.requests.list({ query });
    await expect.poll(() => rows(page).first().getAttribute("data-id")).toBe(data[0]?.id);
    expect(await page.getByRole("button", { name: "Pause" }).count()).toBe(0);
  });

  it("is written as CSV of what is shown", async () => {
    const { page } = await suite.visits.openAs(admin, "/requests?model=fake-model&columns=id");
    await page.getByText("1 request", { exact: true }).waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the 1 requests read so far as CSV" }).click();
    const lines = (await readFile(await (await download).path(), "utf8")).split("\r\n");
    expect(lines[0]).toBe("When,Status,Model,Provider,User / key,Request,Tokens,Cost,First byte,Time");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain("fake-model,openai,");
  });

  it("shows a user what is his own", async () => {
    const { page, problems } = await suite.visits.openAs(user, "/requests");
    await page.getByText("1 request", { exact: true }).waitFor();
    await page.getByText("gpt-4o-mini").first().click();
    await page.getByRole("region", { name: "Who" }).getByText(`tail of ${user}`).first().waitFor();
    expect(await page.getByRole("link", { name: "openai" }).count()).toBe(0);
    expect(problems).toEqual([]);
  });
});

describe.skipIf(executable === null)("the live tail", () => {
  it("shows a call within a second or so, and says how many wait while it is stopped or scrolled away", async () => {
    const { page, problems } = await suite.visits.openAs(admin, "/requests");
    await page.getByText("live", { exact: true }).waitFor();
    const first = () => rows(page).first().getAttribute("data-id");
    const before = await first();
    const startedAt = performance.now();
    await suite.stage.call("fake-model", keyOfAdmin);
    await expect.poll(first, { interval: 20 }).not.toBe(before);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await page.getByRole("button", { name: "Pause" }).click();
    const stopped = await first();
    await suite.stage.call("fake-model", keyOfAdmin);
    await page.getByRole("button", { name: "Continue, 1 wait" }).waitFor();
    expect(await first()).toBe(stopped);
    await page.getByRole("button", { name: "Continue, 1 wait" }).click();
    await expect.poll(first).not.toBe(stopped);
    await list(page).evaluate((element) => element.scrollTo(0, 2_000));
    await page.getByText("paused", { exact: true }).waitFor();
    await suite.stage.call("fake-model", keyOfAdmin);
    await page.getByRole("button", { name: "Continue, 1 wait" }).click();
    await page.getByText("live", { exact: true }).waitFor();
    expect(await first()).toBe((await suite.stage.server.admin.requests.list({ query: { limit: 1 } })).data[0]?.id);
    expect(problems).toEqual([]);
  });

  it("tells only what the filter lets through", async () => {
    const { page } = await suite.visits.openAs(admin, "/requests?model=fake-model");
    await page.getByText("live", { exact: true }).waitFor();
    const count = await rows(page).count();
    await suite.stage.call("gpt-4o-mini", keyOfAdmin);
    await suite.stage.call("fake-model", keyOfAdmin);
    await expect.poll(() => rows(page).count()).toBe(count + 1);
  });

  it("says that its connection is lost, and has what it missed once that is there again", async () => {
    const view = await suite.visits.open();
    const { page } = view;
    const links: WebSocketRoute[] = [];
    let isCut = false;
    await page.routeWebSocket(/\/admin\/live$/, (link) => {
      if (isCut) return void link.close();
      link.connectToServer();
      links.push(link);
    });
    await signIn(page, suite.stage.url, admin);
    await suite.visits.visit(page, "/requests");
    await page.getByText("live", { exact: true }).waitFor();
    isCut = true;
    for (const link of links) await link.close();
    await page.getByText(/^Reconnecting, data from/).waitFor();
    await suite.stage.call("fake-model", keyOfAdmin);
    const missed = (await suite.stage.server.admin.requests.list({ query: { limit: 1 } })).data[0]?.id;
    isCut = false;
    await expect.poll(() => rows(page).first().getAttribute("data-id"), { timeout: 20_000 }).toBe(missed);
    await page.getByText(/^Reconnecting, data from/).waitFor({ state: "detached" });
  });
});

describe.skipIf(executable === null)("the page of a request", () => {
  it("tells the attempts, the arithmetic of the cost and the budgets, as the record has them", async () => {
    const { data } = await suite.stage.server.admin.requests.list({ query: { requested_model: "smart" } });
    const id = data[0]?.id ?? "";
    const { price, record, charges } = await suite.stage.server.admin.requests.get({ params: { id } });
    const { page, problems } = await suite.visits.openAs(admin, `/requests/${id}`);
    expect(await page.getByRole("region", { name: "Figures" }).innerText()).toContain("asked as “smart”");
    const why = page.getByRole("region", { name: "Why this target" });
    expect(await why.getByRole("row").allInnerTexts()).toEqual([
      expect.stringContaining("Decision"),
      expect.stringMatching(/openai\/gpt-4o\s.*ready.*tried · provider overloaded/s),
      expect.stringMatching(/openai\/gpt-4o-mini\s.*ready.*answered/s),
    ]);
    const attempts = page.getByRole("region", { name: "Attempts", exact: true });
    expect(await attempts.getByRole("row").allInnerTexts()).toEqual([
      expect.stringContaining("Target"),
      expect.stringMatching(/openai\/gpt-4o\s.*tried · 529/s),
      expect.stringMatching(/openai\/gpt-4o-mini\s.*answered/s),
    ]);
    expect(await page.getByRole("region", { name: "What happened" }).innerText()).toContain("1 · openai / gpt-4o");
    const cost = page.getByRole("region", { name: "Cost, to the nano-dollar" });
    const amounts = await cost.locator("tbody td:last-child").allInnerTexts();
    expect(amounts.map(Number)).toEqual(price.lines?.map(({ amount_usd: amount }) => Number(amount)));
    expect(amounts).not.toHaveLength(0);
    expect(Number(await cost.locator("tfoot td").last().innerText())).toBe(Number(record.cost_usd));
    const what = page.getByRole("region", { name: "What happened" });
    expect(await what.innerText()).toMatch(/Identify, read\s.*\sAdmit.*1 · openai \/ gpt-4o/s);
    const who = page.getByRole("region", { name: "Who" });
    for (const { name } of charges) expect(await who.innerText()).toContain(name);
    await who.getByRole("link", { name: `tail of ${admin}` }).click();
    await page.getByRole("heading", { name: `tail of ${admin}` }).waitFor();
    await page.getByRole("link", { name: "of the last 30 days" }).click();
    await page.getByRole("heading", { name: "Requests", exact: true }).waitFor();
    await page.getByText(/^\d+ requests$/).waitFor();
    expect(new URL(page.url()).searchParams.get("key")).toBe(record.api_key_id);
    expect(problems).toEqual([]);
  });

  it("says what is wrong where there is no such request", async () => {
    const { page } = await suite.visits.openAs(admin, "/requests/0197a000-0000-7000-8000-00000000c9e4");
    expect(await page.getByRole("alert").innerText()).toMatch(/request.*0197a000-0000-7000-8000-00000000c9e4/s);
  });
});

describe.skipIf(executable === null)("pages of requests", () => {
  it.each(["light", "dark"] as const)(
    "have nothing that axe objects to, and fit a phone, %s",
    async (theme) => {
      const { data } = await suite.stage.server.admin.requests.list({ query: { requested_model: "smart" } });
      const { page, problems } = await suite.visits.openAs(admin, "/requests", { theme });
      for (const path of ["/requests", "/requests?id=ffff", `/requests/${data[0]?.id}`]) {
        for (const width of [1440, 390]) {
          await page.setViewportSize({ width, height: 900 });
          await suite.visits.visit(page, path);
          const beyond: number = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          expect([path, width, beyond, await violationsOf(page)]).toEqual([path, width, 0, []]);
        }
      }
      expect(problems).toEqual([]);
    },
    60_000,
  );
});
