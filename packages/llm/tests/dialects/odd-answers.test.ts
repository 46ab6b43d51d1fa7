// No JSON in an answer or a stream of any dialect makes a decoder throw what is not in the catalogue of errors.

import { it } from "vitest";
import { describeWithCorpus } from "../../../../tests/support/corpus.ts";
import { askFor, decodeStream, encodeStream } from "./ask.ts";
import { expectBorne } from "./expect-borne.ts";
import { withoutExtras } from "./subject.ts";
import type { Subject } from "./subject.ts";
import { subjects } from "./subjects.ts";

/** As the dialect sends it within a stream. */
function frameOf({ dialect }: Subject, body: Buffer): Buffer {
  const isLines = dialect.upstream.streamContentType === "application/x-ndjson";
  const [before, behind] = isLines ? ["", "\n"] : ["data: ", "\n\n"];
  return Buffer.concat([Buffer.from(before), body, Buffer.from(behind)]);
}

function expectBorneAnswer(subject: Subject, body: Buffer, name: string): void {
  const { dialect, odd } = subject;
  const { client, upstream } = dialect;
  const frame = frameOf(subject, body);
  for (const operation of odd.operations) {
    const request = askFor(dialect, operation);
    const result = upstream.decodeResult(body);
    if (result) expectBorne(() => client.encodeResult(result, request), name);
    if (result) expectBorne(() => client.encodeResult(withoutExtras(result), request), name);
    expectBorne(() => encodeStream(dialect, decodeStream(upstream, [frame]), request), name);
    // None of these may throw anything.
    upstream.readAnswer(body, request);
  }
  const text = body.toString("utf8");
  upstream.readError(text);
  upstream.readText(text, false);
  upstream.readText(frame.toString("utf8"), true);
  expectBorne(() => upstream.embeddings?.decodeResult(body), name);
}

for (const subject of subjects) {
  const { dialect, odd } = subject;

  describeWithCorpus(`the ${dialect.name} dialect bears what is odd in answers`, (corpus) => {
    it.each(odd.answers)("no JSON in an answer or a stream throws: %s @ %s", (before, behind) => {
      for (const { name, bytes } of corpus.jsonCases()) {
        const body = Buffer.concat([Buffer.from(before), bytes, Buffer.from(behind)]);
        expectBorneAnswer(subject, body, name);
        odd.checkEvent?.(frameOf(subject, body), bytes);
      }
    });
  });
}
