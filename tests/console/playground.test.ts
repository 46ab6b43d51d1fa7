// The playground in a real Chromium over a real server: the vendor is a fake one that does what its script says, and all else is real.

import { describe, expect, it } from "vitest";
import { formatDuration } from "../../apps/console/src/format/time.ts";
import { overflowOf, violationsOf } from "./support/browser.ts";
import { admin, user } from "./support/people.ts";
import {
  answers,
  ask,
  figuresOf,
  openPlaygroundSuite,
  requestIdOf,
  scripted,
  summary,
  untilAnswered,
} from "./support/playground.ts";
import { executable } from "./support/suite.ts";

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const playground = openPlaygroundSuite();
const { suite } = playground;

describe.skipIf(executable === null)("a question", () => {
  it.each([admin, user])("is answered piece by piece, with the figures of its record, for %s", async (email) => {
    // Slow, so that a browser on a busy machine sees pieces of it, too.
    const text = "one two three four five six seven eight nine ten";
    suite.stage.vendor.script(scripted({ kind: "chat", text, tokensPerSecond: 3 }));
    const { page, problems } = await playground.open(email, "smart");
    await ask(page, "Count to ten");
    const [answer, seen] = [answers(page).first(), new Set<string>()];
    await answer.getByText("one").waitFor();
    while ((await answer.getByText("answering").count()) > 0) seen.add(await answer.locator("p").first().innerText());
    expect(seen.size).toBeGreaterThan(3);
    expect([...seen][0]?.length).toBeLessThan(text.length);
    await answer.getByText(text).waitFor();
    const id = await requestIdOf(answer);
    await expect
      .poll(async () => (await suite.stage.server.admin.requests.list({ query: { id } })).data.length)
      .toBe(1);
    const { record } = await suite.stage.server.admin.requests.get({ params: { id } });
    await answer.locator(`dd[title="$${record.cost_usd}"]`).waitFor();
    expect(Number(record.cost_usd)).toBeGreaterThan(0);
    const { prompt_tokens: input, completion_tokens: output, ttft_ms: first } = record;
    expect(await figuresOf(answer)).toMatchObject({
      Tokens: `${input + output} ${input} in, ${output} out`,
      "First token": formatDuration(first ?? 0),
    });
    expect(await answer.innerText()).toContain("openai/gpt-4o");
    expect(problems).toEqual([]);
  });

  it("goes on with all that was said, by a system prompt and parameters", async () => {
    const { page } = await playground.open(user);
    await summary(page, "System prompt").click();
    await page.getByLabel("System prompt").fill("Be short");
    await summary(page, "Parameters").click();
    await page.getByLabel("Temperature").fill("0.3");
    await page.getByLabel("Max tokens").fill("50");
    await page.getByLabel("Reasoning effort").selectOption("low");
    await page.getByLabel("Stream the answer").uncheck();
    await ask(page, "first");
    await untilAnswered(answers(page).nth(0));
    await ask(page, "second");
    await answers(page).nth(1).getByText("You said: second").waitFor();
    expect(playground.asked().at(-1)).toEqual({
      ...{ model: "fake-model", temperature: 0.3, max_completion_tokens: 50, reasoning_effort: "low" },
      messages: [
        { role: "system", content: "Be short" },
        { role: "user", content: "first" },
        { role: "assistant", content: "You said: first" },
        { role: "user", content: "second" },
      ],
    });
    await answers(page).nth(1).getByRole("button", { name: "Ask again" }).click();
    await expect.poll(() => playground.asked().length).toBe(3);
    expect(playground.asked().at(-1)).toEqual(playground.asked().at(-2));
    await page.getByRole("button", { name: "New conversation" }).click();
    expect(await answers(page).count()).toBe(0);
  });

  it("has images: of files, which are shown, and by their URLs, which only the vendor opens", async () => {
    const { page, problems } = await playground.open(user);
    const hosts = new Set<string>();
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    const file = { name: "dot.png", mimeType: "image/png", buffer: Buffer.from(pixel, "base64") };
    await page.getByLabel("Image files").setInputFiles([file, { ...file, name: "two.png" }]);
    await page.getByRole("button", { name: "Remove two.png" }).click();
    await page.getByRole("button", { name: "Add an image by its URL" }).click();
    await page.keyboard.type("https://images.example.com/cat.png");
    await page.keyboard.press("Enter");
    await ask(page, "What is it?");
    await untilAnswered(answers(page).first());
    const images = [`data:image/png;base64,${pixel}`, "https://images.example.com/cat.png"];
    expect(playground.asked().at(-1)?.["messages"]).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What is it?" },
          ...images.map((url) => ({ type: "image_url", image_url: { url } })),
        ],
      },
    ]);
    const shown = page.getByRole("region", { name: "Conversation" });
    expect(
      await shown.getByRole("img", { name: "dot.png" }).evaluate((image) => Reflect.get(image, "naturalWidth")),
    ).toBe(1);
    await shown.getByText("https://images.example.com/cat.png").waitFor();
    expect([...hosts].filter((host) => host !== "" && host !== new URL(suite.stage.url).host)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it("is stopped by its button and by Escape, and the vendor with it within a second", async () => {
    suite.stage.vendor.script(scripted({ kind: "stall", after: { chunks: 4 }, of: { kind: "chat", chunks: 20 } }));
    const { page, problems } = await playground.open(user);
    for (const stop of [
      () => page.getByRole("button", { name: "Stop", exact: true }).click(),
      () => page.keyboard.press("Escape"),
    ]) {
      await ask(page, "Go on for ever");
      const answer = answers(page).last();
      await answer.getByText("word1").waitFor();
      const vendor = suite.stage.vendor.received.at(-1);
      expect(vendor?.aborted).toBe(false);
      await stop();
      await suite.stage.vendor.waitUntil(() => vendor?.aborted === true, 1_000);
      await answer.getByText("stopped", { exact: true }).waitFor();
      expect(await answer.innerText()).toContain("word1");
      const id = await requestIdOf(answer);
      await expect
        .poll(async () => (await suite.stage.server.admin.requests.list({ query: { id } })).data[0]?.status)
        .toBe("client_abort");
    }
    expect(problems).toEqual([]);
  });
});

describe.skipIf(executable === null)("two models", () => {
  it("are asked at once, and answer side by side, each with its own history and figures", async () => {
    let waiting = 0;
    let release: () => void = () => undefined;
    const both = new Promise<void>((resolve) => (release = resolve));
    suite.stage.vendor.script(async (received) => {
      if (received.method === "GET") return { kind: "default" };
      if ((waiting += 1) === 2) release();
      // None is answered before both were asked.
      await both;
      const { model } = received.json() as { model: string };
      return { kind: "chat", text: `I am ${model}` };
    });
    const { page, problems } = await playground.open(admin, "smart");
    await page.getByRole("button", { name: "Compare with another" }).click();
    await page.getByLabel("Second model", { exact: true }).selectOption("fake-model");
    await ask(page, "Who are you?");
    const [left, right] = [answers(page).nth(0), answers(page).nth(1)];
    await left.getByText("I am gpt-4o").waitFor();
    await right.getByText("I am fake-model").waitFor();
    const [one, other] = [await left.boundingBox(), await right.boundingBox()];
    expect(one?.y).toBe(other?.y);
    expect(one?.x).toBeLessThan(other?.x ?? 0);
    for (const answer of [left, right]) {
      const id = await requestIdOf(answer);
      await expect
        .poll(async () => (await suite.stage.server.admin.requests.list({ query: { id } })).data.length)
        .toBe(1);
      const { record } = await suite.stage.server.admin.requests.get({ params: { id } });
      await expect.poll(() => figuresOf(answer)).toMatchObject({ Time: formatDuration(record.latency_ms) });
    }
    await ask(page, "Sure?");
    await expect.poll(() => playground.asked().length).toBe(4);
    const histories = playground
      .asked()
      .slice(2)
      .map(({ model, messages }) => [model, (messages as { content: string }[])[1]?.content]);
    expect(new Map(histories as [string, string][])).toEqual(
      new Map([
        ["gpt-4o", "I am gpt-4o"],
        ["fake-model", "I am fake-model"],
      ]),
    );
    expect(new URL(page.url()).searchParams.get("beside")).toBe("fake-model");
    await page.getByRole("button", { name: "Remove the second model" }).click();
    await expect.poll(() => page.url()).not.toContain("beside");
    expect(problems).toEqual([]);
  });
});

describe.skipIf(executable === null)("an error", () => {
  it("of the vendor is shown in the server's words, with the request's id and the page that says why", async () => {
    suite.stage.vendor.script(scripted({ kind: "error", status: 400, message: "This model has no taste." }));
    const { page, problems } = await playground.open(user);
    await ask(page, "Anything");
    const answer = answers(page).first();
    await answer.getByRole("alert").getByText("This model has no taste.", { exact: false }).waitFor();
    const id = await requestIdOf(answer);
    const opened = page.context().waitForEvent("page");
    await answer.getByRole("link", { name: "Why" }).click();
    const why = await opened;
    await why.getByRole("region", { name: "What happened" }).waitFor();
    expect(new URL(why.url()).pathname).toBe(`/console/requests/${id}`);
    expect(problems).toEqual([]);
    suite.stage.vendor.clear();
    await ask(page, "Again");
    await answers(page).nth(1).getByText("You said: Again").waitFor();
  });

  it("in the middle of a stream leaves what had come, also where all comes at once", async () => {
    suite.stage.vendor.script(scripted({ kind: "chat", chunks: 10, errorAfterChunks: 3 }));
    const { page } = await playground.open(user);
    for (const turn of [0, 1, 2, 3, 4, 5]) {
      await ask(page, "Anything");
      const answer = answers(page).nth(turn);
      await answer.getByText("failed", { exact: true }).waitFor();
      expect(await answer.getByRole("alert").innerText()).toMatch(/^The server had an error/);
      expect(await answer.locator("p").first().innerText()).toContain("word1");
    }
  });

  it("of the gateway itself is told with its reason", async () => {
    const { admin: client } = suite.stage.server;
    const { data } = await client.users.list();
    const owner = data.find(({ email }) => email === user)?.id ?? "";
    const { key } = await client.apiKeys.create({ body: { name: "spent", user_id: owner, budget_usd: "0" } });
    const { page } = await suite.visits.openAs(user, "/playground?model=smart");
    await page.getByLabel("Your key").fill(key);
    await page.getByRole("option", { name: "smart", exact: true }).first().waitFor({ state: "attached" });
    await ask(page, "Anything");
    const answer = answers(page).first();
    expect(await answer.getByRole("alert").innerText()).toMatch(/budget/i);
    expect(playground.asked()).toEqual([]);
    const id = await requestIdOf(answer);
    await suite.visits.visit(page, `/requests/${id}`);
    const why = page.getByRole("region", { name: "Refused" });
    expect(await why.innerText()).toMatch(new RegExp(`${id}[^]*429[^]*insufficient_quota[^]*spent`));
  });

  it("of a key that nobody knows is shown where it was typed", async () => {
    const { page } = await suite.visits.openAs(user, "/playground");
    await page.getByLabel("Your key").fill(`gk-${"0".repeat(12)}-${"0".repeat(64)}`);
    await expect.poll(() => page.getByLabel("Your key").getAttribute("aria-invalid")).toBe("true");
    expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
  });
});

describe.skipIf(executable === null)("the playground", () => {
  it("makes keys only for those who may", async () => {
    const { page } = await suite.visits.openAs(user, "/playground");
    expect(await page.getByRole("button", { name: "Make a key for today" }).count()).toBe(0);
  });

  it.each([
    ["light", 1440],
    ["dark", 1440],
    ["light", 390],
    ["dark", 390],
  ] as const)(
    "has nothing that axe objects to and fits, %s, %i pixels wide",
    async (theme, width) => {
      suite.stage.vendor.script((received) => {
        if (received.method === "GET" || !received.text.includes('"tools"')) return { kind: "default" };
        return { kind: "chat", text: "```js\n1\n```", reasoning: "hm", toolCalls: [{ name: "f", arguments: {} }] };
      });
      const { page, problems } = await playground.open(admin, "smart", { theme, width });
      expect(["empty", await violationsOf(page)]).toEqual(["empty", []]);
      await page.getByRole("button", { name: "Compare with another" }).click();
      await ask(page, "Say something");
      await untilAnswered(answers(page).nth(1));
      for (const title of ["System prompt", "Parameters", "Tools", "Answer by a schema"])
        await summary(page, title).click();
      for (const name of ["Tool definitions", "JSON Schema"]) {
        await page.getByRole("textbox", { name }).waitFor();
        await page.getByRole("button", { name: "Insert an example" }).first().click();
      }
      await ask(page, "Call something");
      await answers(page).nth(3).getByText("waits for its tools").waitFor();
      expect(["full", await violationsOf(page)]).toEqual(["full", []]);
      expect(await overflowOf(page)).toBe(0);
      await page.getByRole("button", { name: "Code", exact: true }).click();
      await page.getByRole("dialog").waitFor();
      expect(["code", await violationsOf(page)]).toEqual(["code", []]);
      expect(problems).toEqual([]);
    },
    180_000,
  );
});
