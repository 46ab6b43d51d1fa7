// A part of what `npm run replay` does for all recordings: every client format reads a tenth of the answers, and what every
// answer cost is written down to the nano-USD, whichever way it went.

import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithCorpus, expectEnough } from "../support/corpus.ts";
import { clients } from "./clients/all.ts";
import { compare } from "./compare.ts";
import { excusesFor } from "./excuses.ts";
import { recordingsOf } from "./recordings.ts";
import { ReplayStage } from "./replay.ts";
import { classesOf, costOfClasses, isConsistent, isCutShort, isPricedByTokens } from "./token-classes.ts";

/** All of them take seconds on a machine that does nothing else. */
const timeoutMs = 120_000;

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
    "the usage of every answer is the vendor's own, in all classes, and priced",
    async () => {
      let checked = 0;
      for (const [at, recording] of recordings.entries()) {
        const { record, format, expected } = recording;
        const told = "reading" in expected ? classesOf(format, recording.usage) : null;
        const answer = JSON.stringify(record.response_body ?? record.response_text).replaceAll("\\", "");
        if (told === null || !isConsistent(told) || isCutShort(recording.usage, answer)) continue;
        const own = clients.find((client) => client.format === format);
        const other = clients[at % clients.length];
        for (const client of new Set([own, other])) {
          if (client === undefined || excusesFor(recording, client.format).length > 0) continue;
          await stage.replay(recording, client, null);
          const what = `${record.id} ${client.format}`;
          expect(stage.record?.estimated, what).toBe(false);
          expect(classesOfRecord(stage.record), what).toEqual({ ...told, cachedImage: 0 });
          const isPriced = isPricedByTokens(recording.usage, answer);
          if (isPriced) expect(stage.record?.costNanos, what).toBe(costOfClasses(told));
          checked += 1;
        }
      }
      expectEnough(source, checked, 2_000);
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

/** Cached sound is priced, but has no column of its own. */
function classesOfRecord(record: ReplayStage["record"]) {
  return {
    prompt: record?.promptTokens,
    completion: record?.completionTokens,
    cached: record?.cachedTokens,
    write: record?.cacheWriteTokens,
    writeHour: record?.cacheWriteHourTokens,
    reasoning: record?.reasoningTokens,
    audioPrompt: record?.audioPromptTokens,
    cachedAudio: record?.cachedAudioTokens,
    cachedImage: 0,
    audioCompletion: record?.audioCompletionTokens,
    imagePrompt: record?.imagePromptTokens,
    imageCompletion: record?.imageCompletionTokens,
  };
}
