// What the playground asks with: tools, a schema, and the whole request as code; and all of it by the keyboard.

import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { tabTo } from "./support/keyboard.ts";
import { user } from "./support/people.ts";
import { answers, ask, message, openPlaygroundSuite, scripted, summary, untilAnswered } from "./support/playground.ts";
import { executable } from "./support/suite.ts";

const playground = openPlaygroundSuite();
const { suite } = playground;

describe.skipIf(executable === null)("tools", () => {
  it("are called, told what they said by hand, and the model goes on", async () => {
    const call = { name: "get_weather", arguments: { city: "Zürich" } };
    suite.stage.vendor.script((received) => {
      if (received.method === "GET") return { kind: "default" };
      const isTold = received.text.includes('"role":"tool"');
      return isTold ? { kind: "chat", text: "It is warm" } : { kind: "chat", text: "", toolCalls: [call] };
    });
    const { page, problems } = await playground.open(user);
    await summary(page, "Tools").click();
    await page.getByRole("button", { name: "Insert an example" }).click();
    await page.getByLabel("Tool choice").selectOption("required");
    await ask(page, "How warm is it in Zürich?");
    const answer = answers(page).first();
    const given = answer.getByLabel("Arguments of get_weather");
    // They come in pieces.
    await expect.poll(async () => (await given.innerText()).replaceAll(/\s/g, "")).toBe('{"city":"Zürich"}');
    await message(page).fill("Not yet");
    expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
    await answer.getByLabel("Result of get_weather").fill('{"celsius":21}');
    await page.keyboard.press("Control+Enter");
    await answers(page).nth(1).getByText("It is warm").waitFor();
    expect(playground.asked()[0]).toMatchObject({
      tool_choice: "required",
      tools: [{ function: { name: "get_weather" } }],
    });
    expect(playground.asked()[1]?.["messages"]).toEqual([
      { role: "user", content: "How warm is it in Zürich?" },
      {
        ...{ role: "assistant", content: null },
        tool_calls: [
          { id: expect.any(String), type: "function", function: { name: call.name, arguments: '{"city":"Zürich"}' } },
        ],
      },
      { role: "tool", tool_call_id: expect.any(String), content: '{"celsius":21}' },
    ]);
    expect(await answer.getByLabel("Result of get_weather").innerText()).toBe('{"celsius":21}');
    expect(problems).toEqual([]);
  });

  it("that have the same id, or arguments that are no JSON, have a result each", async () => {
    const toolCalls = ["sun", "rain"].map((name, index) => ({ index, id: "x", function: { name, arguments: "{" } }));
    const chunk = { choices: [{ index: 0, delta: { tool_calls: toolCalls }, finish_reason: "tool_calls" }] };
    suite.stage.vendor.script(scripted({ kind: "raw", text: `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n` }));
    const { page } = await playground.open(user);
    await ask(page, "How is it?");
    await page.getByLabel("Result of sun").fill("warm");
    await page.getByLabel("Result of rain").fill("none");
    await page.getByRole("button", { name: "Send results" }).click();
    await expect.poll(() => playground.asked().length).toBe(2);
    const messages = (playground.asked()[1]?.["messages"] ?? []) as { content: string }[];
    expect(messages.slice(-2).map(({ content }) => content)).toEqual(["warm", "none"]);
  });
});

describe.skipIf(executable === null)("a schema", () => {
  it("is edited as JSON, told where it is wrong, and the answer is one of it", async () => {
    const { page, problems } = await playground.open(user);
    await summary(page, "Answer by a schema").click();
    const editor = page.getByRole("textbox", { name: "JSON Schema" });
    await editor.click();
    await page.keyboard.type('{"type":"object","properties":{"title":{"type":"string"}},');
    await page.getByText("This is no JSON", { exact: false }).waitFor();
    expect(await editor.getAttribute("aria-invalid")).toBe("true");
    await message(page).fill("Give me a title");
    expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
    await editor.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type('"required":["title"]}');
    await ask(page, "Give me a title");
    const answer = answers(page).first();
    await untilAnswered(answer);
    const schema = { type: "object", properties: { title: { type: "string" } }, required: ["title"] };
    expect(playground.asked().at(-1)).toMatchObject({
      response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
    });
    expect(JSON.parse(await answer.getByLabel("Answer as JSON").innerText())).toEqual({ title: expect.any(String) });
    expect(problems).toEqual([]);
  });

  it("has an editor whose styles the page's policy lets pass by its nonce", async () => {
    const { page, problems } = await playground.open(user);
    await summary(page, "Answer by a schema").click();
    await page.getByRole("textbox", { name: "JSON Schema" }).waitFor();
    const style = await page.evaluate("getComputedStyle(document.querySelector('.cm-scroller')).display");
    expect(style).toBe("flex");
    const answer = await fetch(`${suite.stage.url}/console/playground`);
    expect(answer.headers.get("content-security-policy")).toMatch(/style-src 'self' 'nonce-[\w-]+'/);
    expect(answer.headers.get("content-security-policy")).not.toContain("unsafe");
    expect(problems).toEqual([]);
  });
});

/** Runs a program to its end, and resolves with what it wrote. */
function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { cwd: new URL("../..", import.meta.url), stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(text) : reject(new Error(text))));
  });
}

describe.skipIf(executable === null)("as code", () => {
  it("is exactly the request on the screen, in each language, without the key", async () => {
    const { page } = await playground.open(user, "smart");
    await summary(page, "System prompt").click();
    await page.getByLabel("System prompt").fill(`It's "quoted" $HOME \`id\` \\`);
    await ask(page, "first");
    await untilAnswered(answers(page).first());
    await message(page).fill("and\nsecond, 日本 👩‍👩‍👧");
    await page.getByRole("button", { name: "Code", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "The request as code" });
    const codeIn = async (language: string): Promise<string> => {
      await dialog.getByRole("button", { name: language, exact: true }).click();
      return dialog.getByLabel(`Request: ${language}`).innerText();
    };
    const [curl, python, typescript, json] = [
      ...[await codeIn("curl"), await codeIn("Python"), await codeIn("TypeScript"), await codeIn("JSON")],
    ];
    for (const code of [curl, python, typescript, json]) expect(code).not.toContain(playground.keyOfGrace);
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await untilAnswered(answers(page).nth(1));
    const sent = playground.asked().at(-1);
    expect(sent).toMatchObject({ stream: true, messages: { length: 4 } });
    const shown = { ...(JSON.parse(json ?? "") as object), model: "gpt-4o" };
    expect(shown).toEqual(sent);
    const withKey = (code = ""): string => code.replace("gk-...", playground.keyOfGrace);
    const module = ["--input-type=module-typescript", "--eval"];
    expect(await run(process.execPath, [...module, withKey(typescript)])).toContain("You said: and");
    expect(playground.asked().at(-1)).toEqual(sent);
    expect(await run("sh", ["-c", withKey(curl)])).toContain('"content":"You"');
    expect(playground.asked().at(-1)).toEqual(sent);
    expect(python).toContain(`{"role": "user", "content": "and\\nsecond, 日本 👩‍👩‍👧"},`);
  });
});

describe.skipIf(executable === null)("the keyboard alone", () => {
  it("finds the page, gives the key, writes tools and asks, again and again", async () => {
    const { page, problems } = await suite.visits.openAs(user, "/");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Search or jump to" }).waitFor();
    await page.keyboard.type("playground");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Playground" }).waitFor();
    await tabTo(page, page.getByLabel("Your key"));
    await page.keyboard.insertText(playground.keyOfGrace);
    await page.getByRole("option", { name: "smart", exact: true }).first().waitFor({ state: "attached" });
    await tabTo(page, page.getByLabel("Model", { exact: true }));
    await page.keyboard.type("fake-m");
    await expect.poll(() => page.url()).toContain("model=fake-model");
    await tabTo(page, summary(page, "Tools"));
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Tool definitions" }).waitFor();
    await tabTo(page, page.getByRole("textbox", { name: "Tool definitions" }));
    await page.keyboard.insertText('[{"type":"function","function":{"name":"f"}}]');
    // From within the editor, too.
    await tabTo(page, message(page));
    await page.keyboard.type("one");
    await page.keyboard.press("Control+Enter");
    await answers(page).first().getByText("You said: one").waitFor();
    await page.keyboard.type("two");
    await page.keyboard.press("Control+Enter");
    await answers(page).nth(1).getByText("You said: two").waitFor();
    expect(playground.asked().at(-1)).toMatchObject({ model: "fake-model", tools: [{ function: { name: "f" } }] });
    expect(problems).toEqual([]);
  });
});
