// What clients keep answers and calls by: ids and times. No answer is without one, whatever its vendor tells.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answers, callsIn, documentsOf } from "./support/talk.ts";
import type { ClientName } from "./support/talk.ts";
import { crossingPairs as pairs, startTalking } from "./support/talk-vendors.ts";
import type { Talking } from "./support/talk-vendors.ts";

let talking: Talking;

beforeAll(async () => {
  talking = await startTalking();
});
beforeEach(() => talking.upstream.clear());
afterAll(() => talking.close());

const idOf: Readonly<Record<ClientName, (document: Record<string, unknown>) => unknown>> = {
  "openai-chat": ({ id }) => id,
  "openai-responses": ({ id, response }) => id ?? (response as Record<string, unknown> | undefined)?.["id"],
  "anthropic-messages": ({ id, message }) => id ?? (message as Record<string, unknown> | undefined)?.["id"],
  gemini: ({ responseId }) => responseId,
  ollama: ({ created_at }) => created_at,
};

const forms: Readonly<Record<ClientName, RegExp>> = {
  "openai-chat": /^chatcmpl-[0-9a-f]{32}$/,
  "openai-responses": /^resp_[0-9a-f]{32}$/,
  "anthropic-messages": /^msg_[0-9a-f]{32}$/,
  gemini: /^[0-9a-f]{32}$/,
  ollama: /^20\d\d-/,
};

describe.each([false, true])("answers that are streamed: %s", (stream) => {
  it.each(pairs)(
    "a client of %s is told an id and a time of its own where a vendor of %s tells none",
    async (client, vendor) => {
      const ids = new Set<unknown>();
      for (let time = 0; time < 2; time += 1) {
        talking.upstream.script(answers[vendor]([], stream, { id: null }));
        const [first] = documentsOf((await talking.ask(client, vendor, { tools: ["f"], stream })).text);
        expect(first).toBeDefined();
        const id = idOf[client](first ?? {});
        expect(id).toMatch(forms[client]);
        ids.add(id);
        expect(JSON.stringify(first)).not.toMatch(/"created(?:_at)?":(?:0|"1970)/);
      }
      if (client !== "ollama") expect(ids.size).toBe(2);
    },
  );

  it.each(pairs)(
    "a client of %s is told ids of calls that every vendor takes, of one of %s that has others",
    async (client, vendor) => {
      const odd = ["functions.f:0", "a/b", "functions.f:0", "x".repeat(90)].map((id) => ({
        id,
        name: "f",
        args: "{}",
      }));
      talking.upstream.script(answers[vendor](odd, stream));
      const calls = callsIn(client, (await talking.ask(client, vendor, { tools: ["f"], stream })).text);
      const ids = calls.map(({ id }) => id);
      for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
      expect(new Set(ids).size).toBe(odd.length);
      expect(ids[0]).toBe("functions_f_0");
    },
  );

  it.each(pairs)(
    "an id that a call before had is told a client of %s as another, also of a vendor of %s",
    async (client, vendor) => {
      const call = { id: "call_0", name: "f", args: "{}", result: "1" };
      talking.upstream.script(answers[vendor]([call], stream));
      const calls = callsIn(
        client,
        (await talking.ask(client, vendor, { tools: ["f"], stream, turns: [[call]] })).text,
      );
      expect(calls).toHaveLength(1);
      expect(calls[0]?.id).not.toBe("call_0");
    },
  );
});

it.each(pairs)(
  "a result of a client of %s belongs to the nearest call of its id, for a vendor of %s",
  async (client, vendor) => {
    const turns = ["f", "g", "f"].map((name, at) => [{ id: "call_0", name, args: "{}", result: `result ${at}` }]);
    talking.upstream.script(answers[vendor]([], false));
    await talking.ask(client, vendor, { tools: ["f", "g"], turns });
    const body = talking.asked();
    const ids = [...body.matchAll(/"(?:tool_call_id|call_id|tool_use_id|toolUseId|id)":"(call_0[^"]*)"/g)].map(
      ([, id]) => id,
    );
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(ids.filter((other) => other === id)).toHaveLength(2);
    if (vendor !== "gemini") return;
    const names = [...body.matchAll(/"functionResponse":\{[^}]*"name":"(\w)"/g)].map(([, name]) => name);
    expect(names).toEqual(["f", "g", "f"]);
  },
);
