// What the suites of the playground work with: somebody who plays with a key, and what stands on the page.

import type { ReceivedRequest, Script } from "@ghostllm/fake-upstream";
import type { Locator, Page } from "playwright-core";
import { beforeEach } from "vitest";
import type { View, ViewOptions } from "./browser.ts";
import { admin, user } from "./people.ts";
import type { Stage } from "./stage.ts";
import { openSuite } from "./suite.ts";
import type { Suite } from "./suite.ts";

/** As `openSuite`; the vendor of its stage forgets before each test what it was told to do. */
export function openPlaygroundSuite(): PlaygroundSuite {
  const playground = new PlaygroundSuite();
  beforeEach(() => playground.suite.stage.vendor.clear());
  return playground;
}

export class PlaygroundSuite {
  readonly suite: Suite = openSuite({
    furnish: async ({ stage }) => {
      this.keyOfGrace = await furnish(stage);
    },
  });
  keyOfGrace = "";

  /** A page of somebody who plays with his key, and `model`. */
  async open(email: string, model = "fake-model", options: ViewOptions = {}): Promise<View> {
    const view = await this.suite.visits.openAs(email, `/playground?model=${model}`, options);
    if (email === admin) await view.page.getByRole("button", { name: "Make a key for today" }).click();
    else await view.page.getByLabel("Your key").fill(this.keyOfGrace);
    await view.page.getByRole("option", { name: model, exact: true }).first().waitFor({ state: "attached" });
    return view;
  }

  /** What the vendor was asked, oldest first. */
  asked(): readonly Record<string, unknown>[] {
    return this.suite.stage.vendor.received
      .filter(({ path }) => path.endsWith("/chat/completions"))
      .map((received) => received.json() as Record<string, unknown>);
  }
}

/** A key of Grace. */
async function furnish({ server: { admin: client } }: Stage): Promise<string> {
  const grace = (await client.users.list()).data.find(({ email }) => email === user);
  // Whoever has a budget may only use what has a price.
  const model = (await client.models.list()).data.find(({ name }) => name === "fake-model");
  await client.models.update({
    params: { id: model?.id ?? "" },
    body: { input_price_usd: "1", output_price_usd: "2" },
  });
  return (await client.apiKeys.create({ body: { name: "to play", user_id: grace?.id ?? "" } })).key;
}

export const message = (page: Page) => page.getByLabel("Message", { exact: true });
export const answers = (page: Page) => page.getByRole("article", { name: /^Answer of/ });
export const summary = (page: Page, title: string) => page.locator("summary", { hasText: title });

export async function ask(page: Page, text: string): Promise<void> {
  await message(page).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

export async function untilAnswered(answer: Locator): Promise<void> {
  await answer.getByText("answered", { exact: true }).waitFor();
}

export async function requestIdOf(answer: Locator): Promise<string> {
  const title = await answer.getByTitle(/^Copy [0-9a-f-]{36}$/).getAttribute("title");
  return title?.slice("Copy ".length) ?? "";
}

/** The figures of an answer, by their names. */
export async function figuresOf(answer: Locator): Promise<Record<string, string>> {
  const names = await answer.locator("dt").allInnerTexts();
  const values = await answer.locator("dd").allInnerTexts();
  return Object.fromEntries(names.map((name, index) => [name, (values[index] ?? "").replaceAll(/\s+/g, " ")]));
}

/** What the vendor does when it is asked something; its models it lists as ever. */
export const scripted = (script: Script) => (received: ReceivedRequest) =>
  received.method === "GET" ? ({ kind: "default" } as const) : script;
