import { describe, expect, it } from "vitest";
import { chanceFrom, cutAtRandom } from "../../../../../../packages/llm/src/testing/random.ts";
import { readable, unfinished, unreadable } from "../../../../tests/upstream-support/answer-cases.ts";
import type { ReadCase } from "../../../../tests/upstream-support/answer-cases.ts";
import { compareWithLlhttp } from "../../../../tests/upstream-support/compare-with-llhttp.ts";
import { readAnswer } from "../../../../tests/upstream-support/read-answer.ts";
import { mutateAnswer } from "../../../../tests/upstream-support/mutate-answer.ts";

const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");

function* cutOnce(bytes: Buffer): Generator<Buffer[]> {
  for (let at = 1; at < bytes.length; at += 1) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

function* cutTwice(bytes: Buffer): Generator<Buffer[]> {
  for (let first = 1; first < bytes.length; first += 1) {
    for (let second = first + 1; second < bytes.length; second += 1)
      yield [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
  }
}

const eachByte = (bytes: Buffer): Buffer[] => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));

function* allCuts(bytes: Buffer): Generator<Buffer[]> {
  yield [bytes];
  yield eachByte(bytes);
  yield* cutOnce(bytes);
  if (bytes.length < 140) yield* cutTwice(bytes);
}

describe("an answer is read the same, wherever it is cut", () => {
  it.each(Object.entries<ReadCase>(readable))("%s", (_name, expected) => {
    const { text, method = "GET", status = 200, body = "", keepsAlive = true, headers } = expected;
    const bytes = bytesOf(text);
    const whole = readAnswer({ method, pieces: [bytes] });
    expect(whole).toMatchObject({ end: "whole", status, body, keepsAlive, fault: null });
    if (headers !== undefined) expect(whole.headers).toEqual(headers);
    const shown = JSON.stringify(whole);
    for (const pieces of allCuts(bytes)) {
      const cut = JSON.stringify(readAnswer({ method, pieces }));
      if (cut !== shown) expect({ pieces: pieces.map(String), cut }).toEqual({ pieces: [text], cut: shown });
    }
  });

  it("a head of nearly 64 kB, and a body of many chunks", () => {
    const head = `HTTP/1.1 200 OK\r\nA: ${"x".repeat(65_000)}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const bytes = bytesOf(`${head}${"3\r\nabc\r\n".repeat(20_000)}0\r\n\r\n`);
    const whole = readAnswer({ method: "GET", pieces: [bytes] });
    expect(whole).toMatchObject({ end: "whole", body: "abc".repeat(20_000), keepsAlive: true });
    for (let seed = 1; seed <= 20; seed += 1)
      expect(readAnswer({ method: "GET", pieces: cutAtRandom(bytes, chanceFrom(seed)) })).toEqual(whole);
  });
});

describe("an answer that could be read in two ways is none, wherever it is cut", () => {
  it.each(Object.entries(unreadable))("%s", (_name, text) => {
    const bytes = bytesOf(text);
    expect(readAnswer({ method: "GET", pieces: [bytes] })).toMatchObject({ end: "refused", keepsAlive: false });
    // What is long is cut at random: its length is what matters.
    const cuts = bytes.length < 1_000 ? cutOnce(bytes) : [1, 2, 3].map((seed) => cutAtRandom(bytes, chanceFrom(seed)));
    for (const pieces of cuts) expect(readAnswer({ method: "GET", pieces }).end).toBe("refused");
    expect(readAnswer({ method: "GET", pieces: eachByte(bytes) }).end).toBe("refused");
  });
});

describe("an answer that the vendor breaks off is none", () => {
  it.each(Object.entries(unfinished))("%s", (_name, text) => {
    for (const pieces of [[bytesOf(text)], eachByte(bytesOf(text))])
      expect(readAnswer({ method: "GET", pieces })).toMatchObject({ end: "open", keepsAlive: false });
  });
});

describe("bytes behind the end leave the answer as it is, and end the connection", () => {
  const counted = Object.entries<ReadCase>(readable).filter(([, { keepsAlive = true }]) => keepsAlive);
  const behind = ["\n", "\r\n", "x", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"];
  it.each(counted)("%s", (_name, { text, method = "GET", body = "" }) => {
    for (const more of behind) {
      const reading = readAnswer({ method, pieces: [bytesOf(text + more)] });
      expect(reading).toMatchObject({ end: "whole", body, keepsAlive: false });
    }
  });

  it.each(["Content-Length: 2", "Transfer-Encoding: chunked"])("so does a 204 that announces some: %s", (line) => {
    const pieces = [bytesOf(`HTTP/1.1 204 No Content\r\n${line}\r\n\r\n`)];
    expect(readAnswer({ method: "GET", pieces })).toMatchObject({ end: "whole", body: "", keepsAlive: false });
  });
});

it("what came before a fault is told, whether or not it came alone", () => {
  const text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\nno size\r\n";
  for (const pieces of allCuts(bytesOf(text)))
    expect(readAnswer({ method: "GET", pieces })).toMatchObject({ end: "refused", body: "helloyou" });
});

describe("whatever Node's parser refuses is refused, and what both read is the same", () => {
  const table = [
    ...Object.entries<ReadCase>(readable).map(([name, { text, method = "GET" }]) => [name, text, method] as const),
    ...Object.entries({ ...unreadable, ...unfinished }).map(([name, text]) => [name, text, "GET"] as const),
  ];
  it.each(table)("%s", (_name, text, method) => {
    expect(compareWithLlhttp({ method, pieces: [bytesOf(text)] })).toBeNull();
    expect(compareWithLlhttp({ method: "HEAD", pieces: [bytesOf(text)] })).toBeNull();
  });

  /** `npm run fuzz -- --target "wire http"` makes as many more as one likes. */
  it("in 6,000 answers with changes made by chance", () => {
    const seeds = table.map(([, text]) => bytesOf(text)).filter((bytes) => bytes.length < 1_000);
    let wholes = 0;
    for (let seed = 1; seed <= 6_000; seed += 1) {
      const chance = chanceFrom(seed);
      const bytes = mutateAnswer(seeds, chance);
      const method = chance.pick(["GET", "GET", "HEAD"]);
      const difference = compareWithLlhttp({ method, pieces: [bytes] });
      if (difference !== null) expect({ seed, text: bytes.toString("latin1"), difference }).toBeNull();
      if (readAnswer({ method, pieces: [bytes] }).end === "whole") wholes += 1;
    }
    // Chance that breaks everything would show nothing.
    expect(wholes).toBeGreaterThan(500);
  });
});
