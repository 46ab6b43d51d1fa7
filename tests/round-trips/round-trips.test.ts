// A loop of tools over five turns, from every client format to every vendor format: parallel calls, an image, thinking. The
// vendor refuses, as the real ones do, a signature that is missing or altered, an unknown id of a call, a wrong order of roles.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { dialects } from "@ghostllm/llm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  makeProvider,
  makeSnapshot,
  makeTarget,
  providerNamed,
  startGateway,
  testKey,
} from "../../apps/server/tests/support/gateway.ts";
import type { TestGateway } from "../../apps/server/tests/support/gateway.ts";
import { anthropicMessagesLoop } from "./clients/anthropic-messages.ts";
import { geminiLoop } from "./clients/gemini.ts";
import { ollamaLoop } from "./clients/ollama.ts";
import { openaiChatLoop } from "./clients/openai-chat.ts";
import { openaiResponsesLoop } from "./clients/openai-responses.ts";
import { finalText, turns } from "./plan.ts";
import { anthropicVendor } from "./vendors/anthropic-messages.ts";
import { geminiVendor } from "./vendors/gemini.ts";
import { ollamaVendor } from "./vendors/ollama.ts";
import { openaiChatVendor } from "./vendors/openai-chat.ts";
import { openaiResponsesVendor } from "./vendors/openai-responses.ts";
import type { Json, StrictVendor } from "./vendors/vendor.ts";

const isKnown = ({ format }: { readonly format: string }): boolean => Object.hasOwn(dialects, format);
const clients = [openaiChatLoop, openaiResponsesLoop, anthropicMessagesLoop, geminiLoop, ollamaLoop].filter(isKnown);
const vendors = [openaiChatVendor, openaiResponsesVendor, anthropicVendor, geminiVendor, ollamaVendor].filter(isKnown);

/** A client that speaks to its own vendor and drops its thoughts breaks the vendor's rules, which is between the two. */
const cases = clients.flatMap((client) =>
  vendors.flatMap((vendor) =>
    [false, true].flatMap((stream) =>
      [true, false]
        .filter((keeps) => keeps || client.format !== vendor.format)
        .map((keeps) => ({ client, vendor, stream, keeps, from: client.format, to: vendor.format })),
    ),
  ),
);

describe("five turns of tools", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  const faults: string[] = [];

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: [] }));
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  /** The same model, at another vendor from now on. */
  function changeTo(vendor: StrictVendor): void {
    const definition = providerNamed(vendor.provider);
    const speaks = Object.fromEntries(Object.entries(definition.speaks).filter(([name]) => name === vendor.format));
    const provider = makeProvider(vendor.provider, upstream.url, { definition: { ...definition, speaks } });
    const [model] = gateway.deps.snapshots.current().models.keys();
    gateway.swap(makeSnapshot({ targets: [makeTarget(provider, model ?? "")] }));
  }

  function play(vendor: StrictVendor, stream: boolean): void {
    const definition = providerNamed(vendor.provider);
    const speaks = Object.fromEntries(Object.entries(definition.speaks).filter(([name]) => name === vendor.format));
    const provider = makeProvider(vendor.provider, upstream.url, { definition: { ...definition, speaks } });
    gateway.swap(makeSnapshot({ targets: [makeTarget(provider, vendor.model)] }));
    upstream.clear();
    faults.length = 0;
    let turn = 0;
    upstream.script((received) => {
      faults.push(...vendor.faultsOf(received.json() as Json, turn).map((fault) => `request ${turn}: ${fault}`));
      const { contentType, text } = vendor.answer(turn, stream);
      turn += 1;
      return { kind: "raw", text, headers: { "content-type": contentType } };
    });
  }

  it.each(
    clients.flatMap((client) =>
      vendors
        .filter(({ format }) => format !== client.format && format !== "ollama")
        .map((vendor) => ({ client, vendor, from: client.format, by: vendor.format })),
    ),
  )(
    "a conversation of $from that $by sealed goes on with the client's own vendor, without those seals",
    async (one) => {
      const { client, vendor } = one;
      const own = vendors.find(({ format }) => format === client.format);
      if (own === undefined) throw new Error("every client has a vendor");
      play(vendor, false);
      const bodies: string[] = [];
      upstream.script((received) => {
        // After two turns an operator lets the model be answered by another vendor.
        if (upstream.received.length === 3) changeTo(own);
        const turn = upstream.received.length - 1;
        if (upstream.received.length > 3) bodies.push(received.text);
        const { contentType, text } = (turn < 3 ? vendor : own).answer(turn, false);
        return { kind: "raw", text, headers: { "content-type": contentType } };
      });
      const told = await client.run({
        url: gateway.url,
        key: testKey,
        model: vendor.model,
        stream: false,
        keeps: true,
      });
      expect(told.map(({ text }) => text)).toEqual([...turns.map(({ text }) => text), finalText]);
      expect(bodies).toHaveLength(turns.length - 2);
      // The marks of seals under way, and the seals of the vendor that had the first three turns.
      const signs = [
        "ghostllm.",
        Buffer.from("ghostllm.").toString("base64"),
        ...turns.slice(0, 3).map(({ seal }) => seal),
      ];
      for (const body of bodies) for (const sign of signs) expect(body).not.toContain(sign);
    },
  );

  it.each(cases)("$from to $to, streamed: $stream, the client keeps what it is told: $keeps", async (one) => {
    const { client, vendor, stream, keeps } = one;
    play(vendor, stream);
    const told = await client.run({ url: gateway.url, key: testKey, model: vendor.model, stream, keeps });
    expect(faults).toEqual([]);
    expect(told.map(({ text }) => text)).toEqual([...turns.map(({ text }) => text), finalText]);
    expect(told.map(({ thought }) => thought)).toEqual([...turns.map(({ thought }) => thought), ""]);
    expect(told.map(({ calls }) => calls)).toEqual([
      ...turns.map(({ calls }) => calls.map(({ name, args }) => ({ name, args }))),
      [],
    ]);
  });
});
