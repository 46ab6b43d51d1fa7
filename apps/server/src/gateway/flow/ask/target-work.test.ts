import { describe, expect, it } from "vitest";
import { makeProvider, makeTarget } from "../../../../tests/support/gateway.ts";
import { TargetWork } from "./target-work.ts";

const provider = makeProvider("openai", "http://127.0.0.1:1/v1");
const target = makeTarget(provider, "one");
const chat = { target, operation: "chat.completions", stream: true } as const;

function watched(): TargetWork {
  const work = new TargetWork();
  work.running(target);
  return work;
}

/** One request that is answered after so many ms. */
function ask(work: TargetWork, ms: number, now: number): void {
  const one = work.begin(chat, now);
  one?.answered(now + ms);
  one?.end(now + ms);
}

describe("what a target works on", () => {
  it("is counted of those alone that somebody has asked about", () => {
    const work = new TargetWork();
    expect(work.begin(chat, 0)).toBeNull();
    work.running(target);
    expect(work.begin({ ...chat, target: makeTarget(provider, "other") }, 0)).toBeNull();
    expect(work.begin(chat, 0)).not.toBeNull();
    expect(work.running(target)).toBe(1);
  });

  it("ends once, however often that is said", () => {
    const work = watched();
    const [one, other] = [work.begin(chat, 0), work.begin(chat, 0)];
    one?.end(5);
    one?.end(6);
    expect(work.running(target)).toBe(1);
    other?.end(7);
    expect(work.running(target)).toBe(0);
  });

  it("is that of a target, whichever snapshot it is of", () => {
    const work = watched();
    work.begin({ ...chat, target: makeTarget({ ...provider }, "one") }, 0);
    expect(work.running(target)).toBe(1);
  });
});

describe("how soon a target begins to answer", () => {
  it("is unknown until one was answered: it is tried at once, and by one at a time", () => {
    const work = watched();
    expect(work.expectedMs(chat, 0)).toBe(0);
    const first = work.begin(chat, 0);
    expect(work.expectedMs(chat, 1)).toBeGreaterThan(60_000);
    first?.answered(40);
    expect(work.expectedMs(chat, 40)).toBe(40);
  });

  it("rises with a peak at once, falls slowly, and is forgotten with time", () => {
    const work = watched();
    ask(work, 100, 0);
    ask(work, 2_000, 1_000);
    expect(work.expectedMs(chat, 3_000)).toBe(2_000);
    ask(work, 100, 3_000);
    const after = work.expectedMs(chat, 3_100);
    expect(after).toBeLessThan(2_000);
    expect(after).toBeGreaterThan(1_500);
    expect(work.expectedMs(chat, 123_100)).toBeLessThan(100);
  });

  it("is worse while others wait for their first word, and not for those who have it", () => {
    const work = watched();
    ask(work, 100, 0);
    const waiting = work.begin(chat, 100);
    expect(work.expectedMs(chat, 100)).toBe(200);
    waiting?.answered(200);
    expect(work.expectedMs(chat, 200)).toBeCloseTo(100, 5);
    expect(work.running(target)).toBe(1);
  });

  it("is told apart by what is asked: a stream begins sooner than an answer is whole", () => {
    const work = watched();
    ask(work, 100, 0);
    expect(work.expectedMs({ ...chat, stream: false }, 100)).toBe(0);
    expect(work.expectedMs({ ...chat, operation: "embeddings", stream: false }, 100)).toBe(0);
    expect(work.expectedMs({ ...chat, operation: "generate" }, 100)).toBe(100);
  });

  it("is no better for a target that fails at once", () => {
    const work = watched();
    for (const now of [0, 10]) {
      const failing = work.begin(chat, now);
      failing?.failed(now + 2);
      failing?.end(now + 2);
    }
    expect(work.expectedMs(chat, 12)).toBeGreaterThan(1_900);
  });

  it("is at least as long as somebody waited who then left, and unknown of a request that ended at once", () => {
    const work = watched();
    work.begin(chat, 0)?.end(10);
    expect(work.expectedMs(chat, 10)).toBe(0);
    work.begin(chat, 10)?.end(5_010);
    expect(work.expectedMs(chat, 5_010)).toBe(5_000);
  });
});
