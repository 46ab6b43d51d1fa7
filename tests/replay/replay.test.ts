// A part of what `npm run replay` does for all recordings and all clients: every client format reads a tenth of the answers,
// and some client each of them, of which is written down what it cost, to the nano-USD.

import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithCorpus, expectEnough } from "../support/corpus.ts";
import { clients } from "./clients/all.ts";
import { compare } from "./compare.ts";
import { excusesFor } from "./excuses.ts";
import { accountedOf } from "./record-misses.ts";
import { recordingsOf } from "./recordings.ts";
import { ReplayStage } from "./replay.ts";

/** All of them take seconds on a machine that does nothing else. */
const timeoutMs = 300_000;

describeWithCorpus("recorded answers, read by the official SDKs", (source) => {
  let stage: ReplayStage;
  const recordings = [...recordingsOf(source)];

  beforeAll(async () => {
    stage = await ReplayStage.open();
  });

  afterAll(() => stage.close());

  it.each(clients)(
    "$format says what the vendor's own SDK said",
    async (client) => {
      const misses = [];
      for (const [at, recording] of recordings.entries()) {
        if (at % 10 !== 0) continue;
        const size = recording.isStream && (recording.record.response_text?.length ?? 0) < 20_000 ? 7 : null;
        const replay = await stage.replay(recording, client, size);
        if (excusesFor(recording, client.format).length > 0) continue;
        misses.push(...replay.misses.map((miss) => ({ id: recording.record.id, ...miss })));
      }
      expect(misses).toEqual([]);
    },
    timeoutMs,
  );

  it(
    "every answer, whichever client reads it, is recorded in the vendor's own counts and priced by them",
    async () => {
      const misses = [];
      let checked = 0;
      for (const [at, recording] of recordings.entries()) {
        const client = clients[at % clients.length];
        const isTold = accountedOf(recording) !== null;
        if (!isTold || client === undefined || excusesFor(recording, client.format).length > 0) continue;
        const replay = await stage.replay(recording, client, null);
        misses.push(...replay.misses.map((miss) => ({ id: recording.record.id, client: client.format, ...miss })));
        checked += 1;
      }
      expect(misses).toEqual([]);
      expectEnough(source, checked, 1_200);
    },
    timeoutMs,
  );

  it("excuses no more recordings than are known to be broken", () => {
    const excused = recordings.filter((recording) =>
      clients.some(({ format }) => excusesFor(recording, format).length > 0),
    );
    expect(source.isKnown ? excused.length : 0).toBeLessThanOrEqual(21);
  });

  it("the comparison sees what is wrong", () => {
    const reading = { text: "a", reasoning: "", calls: [], finish: "stop", usage: null } as const;
    const wrong = { ...reading, text: "b", calls: [{ name: "f", args: {} }], finish: "length" } as const;
    const misses = compare({ reading }, { reading: wrong }, "openai-chat");
    expect(misses.map(({ field }) => field)).toEqual(["text", "calls", "finish"]);
    expect(compare({ reading }, { failure: { status: 502, message: "" } }, "gemini")).toHaveLength(1);
    expect(compare({ failure: { status: 400, message: "x" } }, { reading }, "ollama")).toHaveLength(1);
  });
});
