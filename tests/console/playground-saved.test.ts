// Chats of the playground that are saved, and the connection that they are asked over, in a real Chromium over a real server.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { overflowOf, violationsOf } from "./support/browser.ts";
import { user } from "./support/people.ts";
import { answers, ask, openPlaygroundSuite, untilAnswered } from "./support/playground.ts";
import { executable } from "./support/suite.ts";

const playground = openPlaygroundSuite();
const { suite } = playground;
const panel = (page: Page) => page.getByRole("region", { name: "Saved chats" });
const saves = (page: Page) => panel(page).getByRole("checkbox", { name: "Save what is said" });

/** A page with a key whose policy has prompts stored. */
async function openSaving(words = "") {
  const { admin: client } = suite.stage.server;
  const grace = (await client.users.list()).data.find(({ email }) => email === user);
  const body = { name: `to save ${words}`, user_id: grace?.id ?? "", store_prompts: "request_and_answer" } as const;
  const { key } = await client.apiKeys.create({ body });
  const view = await playground.open(user);
  await view.page.getByLabel("Your key").fill(key);
  return { ...view, key };
}

async function menu(page: Page, title: string, item: string): Promise<void> {
  await panel(page)
    .getByRole("button", { name: `What to do with “${title}”` })
    .click();
  await page.getByRole("menuitem", { name: item }).click();
}

describe.skipIf(executable === null)("the connection", () => {
  it("is one WebSocket for all chats of the page", async () => {
    const { page, problems } = await playground.open(user);
    const sockets: string[] = [];
    page.on("websocket", (socket) => sockets.push(new URL(socket.url()).pathname));
    await ask(page, "first");
    await untilAnswered(answers(page).nth(0));
    await ask(page, "second");
    await untilAnswered(answers(page).nth(1));
    expect(sockets).toEqual(["/v1/chat/stream"]);
    expect(problems).toEqual([]);
  });

  it("is HTTP where no WebSocket can be made", async () => {
    const { page } = await playground.open(user);
    await page.routeWebSocket(/\/v1\/chat\/stream$/, (socket) => socket.close());
    const paths: string[] = [];
    page.on("request", (request) => paths.push(new URL(request.url()).pathname));
    await ask(page, "first");
    await untilAnswered(answers(page).first());
    await answers(page).first().getByText("You said: first").waitFor();
    expect(paths).toContain("/v1/chat/completions");
  });
});

describe.skipIf(executable === null)("a chat", () => {
  it("is not saved with a key whose policy forbids it, which the page says", async () => {
    const { page } = await playground.open(user);
    await panel(page).getByText("does not let prompts and answers be stored").waitFor();
    expect(await saves(page).isDisabled()).toBe(true);
    await ask(page, "unsaved");
    await untilAnswered(answers(page).first());
    expect(JSON.stringify(playground.asked())).not.toContain("session");
  });

  it("is saved, found again, gone on with, renamed, exported, archived and deleted", async () => {
    const { page, problems, key } = await openSaving("one");
    await saves(page).check();
    await ask(page, "What is the sea?");
    await untilAnswered(answers(page).first());
    const first = panel(page).getByRole("button", { name: /^What is the sea\?/ });
    await first.waitFor();
    await ask(page, "And the land?");
    await untilAnswered(answers(page).nth(1));
    expect(playground.asked().at(-1)?.["messages"]).toEqual([
      { role: "user", content: "What is the sea?" },
      { role: "assistant", content: "You said: What is the sea?" },
      { role: "user", content: "And the land?" },
    ]);
    await page.reload();
    await page.getByLabel("Your key").fill(key);
    await first.click();
    await answers(page).nth(1).getByText("You said: And the land?").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await ask(page, "And the sky?");
    await untilAnswered(answers(page).nth(2));
    const history = (playground.asked().at(-1)?.["messages"] ?? []) as { content: string }[];
    expect(history.map(({ content }) => content)).toEqual([
      ...["What is the sea?", "You said: What is the sea?", "And the land?", "You said: And the land?"],
      "And the sky?",
    ]);
    await answers(page).nth(2).getByRole("button", { name: "Ask again" }).click();
    await expect.poll(() => playground.asked().length).toBe(4);
    await untilAnswered(answers(page).nth(2));
    await menu(page, "What is the sea?", "Rename");
    await page.getByLabel("Title").fill("Sea and land");
    await page.keyboard.press("Enter");
    await panel(page)
      .getByRole("button", { name: /^Sea and land/ })
      .waitFor();
    const saved = page.waitForEvent("download");
    await menu(page, "Sea and land", "Export as Markdown");
    expect((await saved).suggestedFilename()).toMatch(/^chat-.*\.md$/);
    await menu(page, "Sea and land", "Archive");
    await panel(page).getByText("There are none.").waitFor();
    await panel(page).getByRole("checkbox", { name: "Archived" }).check();
    await menu(page, "Sea and land", "Bring back");
    await panel(page).getByRole("checkbox", { name: "Archived" }).uncheck();
    await menu(page, "Sea and land", "Delete");
    await page.getByRole("button", { name: "Delete chat" }).click();
    await panel(page).getByText("There are none.").waitFor();
    expect(await answers(page).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("is opened and stopped by the keyboard, on a narrow page as well, whatever its title is", async () => {
    const { page, problems } = await openSaving("two");
    await page.setViewportSize({ width: 390, height: 800 });
    const hostile = `<img src=x onerror=alert(1)> ${"W".repeat(300)}`;
    await expect.poll(() => saves(page).isEnabled()).toBe(true);
    await saves(page).focus();
    await page.keyboard.press("Space");
    await ask(page, hostile);
    await untilAnswered(answers(page).first());
    const item = panel(page).getByRole("button", { name: /^<img src=x/ });
    await item.waitFor();
    await page.getByRole("button", { name: "New conversation" }).click();
    await item.focus();
    await page.keyboard.press("Enter");
    await untilAnswered(answers(page).first());
    expect(await overflowOf(page)).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
