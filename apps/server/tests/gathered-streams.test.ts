// A vendor that streams though nobody asked for a stream: its client gets the one answer that it waits for, in whatever
// dialects, and what breaks off is asked of the next target.

import { readFileSync } from "node:fs";
import type { Script } from "@ghostllm/fake-upstream";
import { dialects } from "@ghostllm/llm";
import type { ClientDialectName } from "@ghostllm/llm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { names, speakingOnly } from "./support/every-dialect.ts";
import { TwoVendors } from "./support/two-vendors.ts";

const recorded: Readonly<Record<ClientDialectName, string>> = {
  "openai-chat": "openai.sse",
  "openai-responses": "openai.tools.sse",
  "anthropic-messages": "anthropic.tools.sse",
  gemini: "google.tools.sse",
  ollama: "ollama.ndjson",
};

function streamOf(vendor: ClientDialectName): Buffer {
  return readFileSync(new URL(`../../../packages/llm/fixtures/${vendor}/streams/${recorded[vendor]}`, import.meta.url));
}

function streaming(vendor: ClientDialectName, bytes: Buffer): Script {
  const contentType = dialects[vendor].upstream.streamContentType;
  return { kind: "raw", base64: bytes.toString("base64"), headers: { "content-type": contentType }, writeBytes: 700 };
}

type Decoder = ReturnType<(typeof dialects)["gemini"]["upstream"]["createStreamDecoder"]>;
type ChatEvent = ReturnType<Decoder["push"]>[number];

let stage: TwoVendors;

beforeAll(async () => {
  stage = await TwoVendors.start();
});
beforeEach(() => stage.clear());
afterAll(() => stage.close());

/** What a stream says, however it is cut into events. */
function meaningOf(events: readonly ChatEvent[]) {
  const textOf = (kind: "text" | "tool_arguments"): string =>
    events.flatMap((event) => (event.kind === kind ? [event.text] : [])).join("");
  const usage = events.flatMap((event) => (event.kind === "usage" ? [event.usage] : [])).at(-1);
  return {
    text: textOf("text"),
    calls: events.flatMap((event) => (event.kind === "tool_call" ? [event.name] : [])),
    callArguments: textOf("tool_arguments").replaceAll(/\s/g, ""),
    tokens: [usage?.promptTokens, usage?.completionTokens],
  };
}

function meantBy(vendor: ClientDialectName) {
  const decoder = dialects[vendor].upstream.createStreamDecoder("id");
  return meaningOf([...decoder.push(streamOf(vendor)), ...decoder.flush()]);
}

function toldTo(client: ClientDialectName, body: Buffer) {
  const result = dialects[client].upstream.decodeResult(body, "id");
  if (result === null) throw new Error(`no answer of ${client}: ${body.toString()}`);
  const [choice] = result.choices;
  const calls = choice?.content.flatMap((part) => (part.kind === "tool_call" ? [part] : [])) ?? [];
  return {
    text: choice?.content.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join(""),
    calls: calls.map(({ name }) => name),
    callArguments: calls
      .map(({ argumentsText }) => argumentsText)
      .join("")
      .replaceAll(/\s/g, ""),
    tokens: [result.usage?.promptTokens, result.usage?.completionTokens],
  };
}

describe.each(names)("a stream of %s that nobody asked for", (vendor) => {
  it.each(names)("is one answer to a client of %s", async (client) => {
    stage.serve(speakingOnly(vendor));
    stage.script(0, streaming(vendor, streamOf(vendor)));
    const response = await stage.ask(client, "alone", false);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(toldTo(client, Buffer.from(await response.arrayBuffer()))).toEqual(meantBy(vendor));
    expect(stage.lastRecord).toMatchObject({ status: "ok", streamed: false, estimated: false });
  });

  it("is asked for again elsewhere where it breaks off", async () => {
    stage.serve(speakingOnly(vendor));
    const whole = streamOf(vendor);
    stage.script(0, streaming(vendor, whole.subarray(0, whole.length >> 1)));
    stage.script(1, streaming(vendor, whole));
    const response = await stage.ask(vendor, "routed", false);
    expect(response.headers.get("x-ghostllm-provider")).toBe("second");
    expect(toldTo(vendor, Buffer.from(await response.arrayBuffer()))).toEqual(meantBy(vendor));
  });
});
