import { expect, it } from "vitest";

import { describeWithCorpus, expectEnough } from "../support/corpus.ts";

describeWithCorpus("the corpus", (corpus) => {
  it("has one interaction a line, each with one response body", () => {
    const records = corpus.providers().flatMap((provider) => [...corpus.recorded(provider)]);
    expectEnough(corpus, records.length, 2000);
    for (const record of records) {
      const bodies = [record.response_body, record.response_text, record.response_b64].filter(
        (body) => body !== undefined,
      );
      expect(bodies, record.id).toHaveLength(1);
    }
  });

  it("has oracles that belong to recordings", () => {
    const ids = new Set(Array.from(corpus.recorded("openai"), (record) => record.id));
    const oracle = corpus.oracle("openai");
    expectEnough(corpus, oracle.size, 100);
    expect([...oracle.keys()].every((id) => ids.has(id))).toBe(true);
    expect(corpus.oracle("a vendor that is not there").size).toBe(0);
  });

  it("has adversarial JSON, event streams and strings", () => {
    const verdicts = new Set(corpus.jsonCases().map((one) => one.verdict));
    expect(corpus.jsonCases()).toHaveLength(318);
    expect([...verdicts].toSorted()).toEqual(["accept", "either", "reject"]);
    expectEnough(corpus, corpus.sseVectors().length, 0);
    expectEnough(corpus, corpus.naughtyStrings().length, 100);
  });
});
