import { describe, expect, it } from "vitest";
import { PacedAnswer, turnBytes } from "./paced-answer.ts";
import type { AnswerSink, UpstreamAnswer } from "./upstream.ts";
import { UpstreamFailure } from "./upstream.ts";

/** A vendor that sends what the test says, and notes whether it was held back. */
class ScriptedSource implements UpstreamAnswer {
  readonly status = 200;
  readonly headers = {};
  isPaused = false;
  sink: AnswerSink | null = null;

  deliverTo(sink: AnswerSink): void {
    this.sink = sink;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  abort(): void {}
}

function read(onData: (chunk: Buffer, paced: PacedAnswer) => void = () => {}) {
  const source = new ScriptedSource();
  const paced = new PacedAnswer(source);
  const told: string[] = [];
  const pieces: number[] = [];
  const sink: AnswerSink = {
    onData(chunk) {
      told.push(chunk.toString());
      pieces.push(chunk.length);
      onData(chunk, paced);
    },
    onEnd: () => told.push("end"),
    onFailure: ({ kind }) => told.push(kind),
  };
  paced.deliverTo(sink);
  return { source, paced, told, pieces, sink };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const large = Buffer.from("0123456789abcdef".repeat(4096));

describe("a stream that comes fast", () => {
  it("is delivered in small pieces, with turns for others between them, and then ends", async () => {
    const { source, told, pieces } = read();
    source.sink?.onData(large);
    expect(source.isPaused).toBe(false);
    source.sink?.onData(large);
    source.sink?.onEnd();
    expect(pieces).toEqual([turnBytes]);
    expect(source.isPaused).toBe(true);
    while (told.at(-1) !== "end") await turn();
    expect(told.slice(0, -1).join("")).toBe(large.toString().repeat(2));
    expect(Math.max(...pieces)).toBe(turnBytes);
  });

  it("keeps its order when pieces come while it rests", async () => {
    const { source, told } = read();
    source.sink?.onData(large);
    source.sink?.onData(Buffer.from("small"));
    for (let turns = 0; turns < 40; turns += 1) await turn();
    expect(told.join("")).toBe(`${large.toString()}small`);
    expect(source.isPaused).toBe(false);
  });

  it("waits for a reader who pauses, also within a chunk, and goes on to another one", async () => {
    const { source, paced, told, sink } = read((_chunk, answer) => answer.pause());
    source.sink?.onData(large);
    source.sink?.onEnd();
    await turn();
    await turn();
    expect(told.join("")).toHaveLength(turnBytes);
    const rest: string[] = [];
    paced.deliverTo({ ...sink, onData: (chunk) => rest.push(chunk.toString()), onEnd: () => rest.push("") });
    for (let turns = 0; turns < 40; turns += 1) await turn();
    expect(told.concat(rest).join("")).toBe(large.toString());
    expect(rest.at(-1)).toBe("");
  });

  it("tells a failure at once, and nothing behind it", async () => {
    const { source, told } = read();
    source.sink?.onData(large);
    source.sink?.onFailure(new UpstreamFailure("broken", "broken"));
    await turn();
    expect(told.slice(1)).toEqual(["broken"]);
  });
});

it("a stream that comes slowly comes as it is", () => {
  const { source, told } = read();
  for (const text of ["a", "b", "c"]) source.sink?.onData(Buffer.from(text));
  source.sink?.onEnd();
  expect(told).toEqual(["a", "b", "c", "end"]);
});

it("what waits for a sink that has paused is given up, also where all of it has come", () => {
  const { source, told } = read((_chunk, answer) => answer.pause());
  source.sink?.onData(large);
  source.sink?.onEnd();
  expect(told).toHaveLength(1);
  const other = read();
  other.paced.pause();
  other.source.sink?.onData(large);
  other.source.sink?.onEnd();
  other.paced.abort();
  expect(other.told).toEqual(["aborted"]);
});
