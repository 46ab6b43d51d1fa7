// Thoughts that vendors sealed, as every engine of link has to keep them.

import type { SealedTurn } from "@ghostllm/llm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Turns } from "#link/turns.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";

const minute = 60_000;
const ann = { kind: "user", id: "ann" } as const;
const bob = { kind: "user", id: "bob" } as const;
const turnOf = (value: string): SealedTurn => ({
  by: "a",
  reasoning: [{ kind: "reasoning", text: "hm", signature: { by: "a", value } }],
  signatures: { id: { by: "a", value } },
});

describe.each(linkEngines)("turns ($name)", ({ start }) => {
  let started: StartedLink;
  let turns: Turns;

  beforeEach(async () => {
    started = await start();
    ({ turns } = started.link);
  });

  afterEach(() => started.close());

  it("are found by any of their calls, byte for byte, as far as they are known", async () => {
    await turns.keep(ann, { callNames: ["a", "b"], turn: turnOf("c2lnbmVk\u0000+/=") });
    await turns.keep(ann, { callNames: ["c"], turn: turnOf("other") });
    const found = await turns.find(ann, ["b", "nobody's", "c"]);
    expect([...found.keys()].toSorted()).toEqual(["b", "c"]);
    expect(found.get("b")).toEqual(turnOf("c2lnbmVk\u0000+/="));
    expect((await turns.find(ann, [])).size).toBe(0);
  });

  it("are nobody else's, also under the same name", async () => {
    await turns.keep(ann, { callNames: ["a"], turn: turnOf("ann's") });
    expect((await turns.find(bob, ["a"])).size).toBe(0);
    expect((await turns.find({ kind: "key", id: "ann" }, ["a"])).size).toBe(0);
    await turns.keep(bob, { callNames: ["a"], turn: turnOf("bob's") });
    expect((await turns.find(ann, ["a"])).get("a")).toEqual(turnOf("ann's"));
    expect((await turns.find(bob, ["a"])).get("a")).toEqual(turnOf("bob's"));
  });

  it("are those that were told last, where a name comes again", async () => {
    await turns.keep(ann, { callNames: ["a"], turn: turnOf("first") });
    await started.advance(30 * minute);
    await turns.keep(ann, { callNames: ["a"], turn: turnOf("second") });
    await started.advance(59 * minute);
    expect((await turns.find(ann, ["a"])).get("a")).toEqual(turnOf("second"));
  });

  it("are forgotten after an hour", async () => {
    await turns.keep(ann, { callNames: ["a"], turn: turnOf("x") });
    await started.advance(59 * minute);
    expect((await turns.find(ann, ["a"])).size).toBe(1);
    await started.advance(minute);
    expect((await turns.find(ann, ["a"])).size).toBe(0);
  });

  it("the oldest go when there is no room, by how long they are", async () => {
    const small = await start({ turnCharacters: 4_000 });
    const names = ["first", "second", "third"];
    for (const name of names) await small.link.turns.keep(ann, { callNames: [name], turn: turnOf("x".repeat(700)) });
    expect([...(await small.link.turns.find(ann, names)).keys()]).toEqual(["second", "third"]);
    for (let turn = 0; turn < 200; turn += 1)
      await small.link.turns.keep(ann, { callNames: [`short ${turn}`], turn: turnOf("x") });
    const short = await small.link.turns.find(
      ann,
      Array.from({ length: 200 }, (_, turn) => `short ${turn}`),
    );
    expect(short.size).toBeGreaterThan(5);
    expect(short.size).toBeLessThan(40);
    expect(short.has("short 199")).toBe(true);
    await small.close();
  });
});
