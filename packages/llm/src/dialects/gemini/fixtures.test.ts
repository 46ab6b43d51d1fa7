// Bytes in the vendor's shapes. The file name is the case: what must be read from `streams/google.sse` is in
// `streams/google.golden.json`.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { collectEvents } from "#testing/collect-events.ts";
import { passThrough } from "#testing/pass-through.ts";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { readEvents, readResult } from "#testing/reading.ts";
import { classify } from "#dialects/errors/vendor-error.ts";
import type { Usage } from "#hub.ts";
import { writtenUsage } from "#testing/written-usage.ts";
import { gemini } from "./index.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/gemini");
const { upstream } = gemini;

interface Case {
  readonly name: string;
  readonly bytes: Buffer;
  readonly golden: Readonly<Record<string, unknown>>;
}

function casesOf(folder: string, ending: string): readonly Case[] {
  const directory = join(fixtures, folder);
  return readdirSync(directory)
    .filter((file) => file.endsWith(ending) && !file.endsWith(".golden.json"))
    .map((file) => {
      const name = file.slice(0, -ending.length);
      const golden = JSON.parse(readFileSync(join(directory, `${name}.golden.json`), "utf8")) as Case["golden"];
      return { name, bytes: readFileSync(join(directory, file)), golden };
    });
}

describe("answers", () => {
  it.each(casesOf("answers", ".json"))("$name", ({ bytes, golden }) => {
    expect(upstream.readAnswer(bytes)).toMatchObject({ usage: golden["usage"], broken: false });
    expect(upstream.readText(bytes.toString("utf8"), false)).toBe(golden["text"]);
    const result = upstream.decodeResult(bytes);
    expect(result && readResult(result)).toEqual(golden["reading"]);
    if (result === null) return;
    const tap = upstream.createLargeAnswerTap();
    tap.push(Buffer.concat([Buffer.alloc(100_000, " "), bytes]));
    expect(writtenUsage(tap.usage)).toEqual(writtenUsage(golden["usage"] as Usage | null));
  });
});

describe("streams", () => {
  describe.each(casesOf("streams", ".sse"))("$name", ({ bytes, golden }) => {
    const ways: [string, Buffer[]][] = [
      ["whole", [bytes]],
      ["byte by byte", Array.from(bytes, (byte) => Buffer.from([byte]))],
      ...[1, 2, 3, 4, 5].map((seed): [string, Buffer[]] => [
        `split at random, ${seed}`,
        cutAtRandom(bytes, chanceFrom(seed)),
      ]),
    ];

    it.each(ways)("passes, %s", (_way, pieces) => {
      const tap = upstream.createStreamTap({ query: "alt=sse" });
      const passed = passThrough(tap, pieces);
      const { usage, ended, failure, text } = golden;
      expect({ usage: tap.usage, ended: tap.ended, failure: tap.failure?.message ?? null }).toEqual({
        usage,
        ended,
        failure,
      });
      if (failure === null) expect(passed.bytes.equals(bytes)).toBe(true);
      else expect(passed.failure).toContain(failure);
      expect(bytes.subarray(0, passed.bytes.length).equals(passed.bytes)).toBe(true);
      expect(upstream.readText(passed.bytes.toString("utf8"), true)).toBe(text);
    });

    it.each(ways)("is decoded, %s", (_way, pieces) => {
      const decoder = upstream.createStreamDecoder();
      const events = [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
      expect(readEvents(events)).toMatchObject(golden["reading"] as object);
      expect(collectEvents(events).usage).toEqual(golden["usage"]);
    });
  });
});

describe("errors", () => {
  it.each(casesOf("errors", ".json"))("$name", ({ bytes, golden }) => {
    const { code, status, ...told } = golden;
    const error = upstream.readError(bytes.toString("utf8"));
    expect(error).toMatchObject(told);
    expect(classify(error, Number(status))).toBe(code);
  });
});
