// JSON anywhere in a request of any dialect comes back where it is decoded and encoded, or is refused.

import { isDeepStrictEqual } from "node:util";
import { it } from "vitest";
import { describeWithCorpus, expectEnough } from "../../../../tests/support/corpus.ts";
import { parse } from "./ask.ts";
import { expectBorne } from "./expect-borne.ts";
import type { Subject } from "./subject.ts";
import { subjects } from "./subjects.ts";

/** Where digits need not be kept, what is beyond a double is null, as for every writer of this language. */
function readAgain(text: string): unknown {
  return JSON.parse(JSON.stringify(JSON.parse(text)));
}

for (const { dialect, odd } of subjects) {
  describeWithCorpus(`the ${dialect.name} dialect bears what is odd in requests`, (corpus) => {
    it.each(odd.requests)("JSON anywhere in a request of %s comes back, or is refused: %s", (operation, places) => {
      let same = 0;
      for (const { name, bytes } of corpus.jsonCases()) {
        const value = bytes.toString("utf8");
        const text = places.replaceAll("@", () => value);
        expectBorne(() => {
          const again = sendAgain(dialect, text, operation);
          if (!isDeepStrictEqual(readAgain(again), readAgain(text)))
            throw new Error(`${name}: ${again.slice(0, 2_000)}`);
          same += 1;
        }, name);
      }
      // A form of which all is refused would show nothing.
      expectEnough(corpus, same, 0);
    });

    it.each(Object.entries(odd.alone ?? {}))("%s", (_name, expectIn) => expectIn(corpus));
  });
}

function sendAgain(dialect: Subject["dialect"], text: string, operation: Parameters<typeof parse>[2]): string {
  const request = parse(dialect, text, operation);
  const edits = { model: request.model, quirks: {} };
  return dialect.upstream.encodeRequest(dialect.client.decodeRequest(request), edits).body;
}
