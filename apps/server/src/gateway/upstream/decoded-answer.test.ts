import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { decoded } from "./decoded-answer.ts";
import type { AnswerSink, UpstreamAnswer, UpstreamFailure } from "./upstream.ts";

/** An answer that is there at once. */
function answerOf(bytes: Buffer, onAbort: () => void): UpstreamAnswer {
  return {
    status: 200,
    headers: { "content-encoding": "gzip" },
    deliverTo(sink) {
      sink.onData(bytes);
      sink.onEnd();
    },
    pause() {},
    resume() {},
    abort: onAbort,
  };
}

it("a sink that throws has a failure, and nobody else has", async () => {
  let isAborted = false;
  const failure = await new Promise<UpstreamFailure>((resolve, reject) => {
    const sink: AnswerSink = {
      onData() {
        throw new TypeError("a fault of ours");
      },
      onEnd: () => reject(new Error("ended well")),
      onFailure: resolve,
    };
    decoded(answerOf(gzipSync("data: x\n\n"), () => (isAborted = true))).deliverTo(sink);
  });
  expect(failure.cause).toBeInstanceOf(TypeError);
  expect(isAborted).toBe(true);
});
