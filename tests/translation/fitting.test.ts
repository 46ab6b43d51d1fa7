// What a vendor answered was fit for it, so that nothing of it is left out. Recordings are the judge of what provider files
// say that their vendors refuse.

import { expect, it } from "vitest";
import { dialects, passageBetween, providers, vendorDialects, wayTo } from "@ghostllm/llm";
import type { ProviderDefinition } from "@ghostllm/llm";
import { describeWithCorpus } from "../support/corpus.ts";
import type { Corpus, CorpusRecord } from "../support/corpus.ts";
import { requestsOf } from "./records.ts";

/** What is put in for thoughts that a client dropped leaves nothing out. */
const filledIn = "lost thoughts";

interface Target {
  readonly definition: ProviderDefinition;
  readonly model: string;
}

function targetOf({ provider, path, request_body: body }: CorpusRecord): Target | undefined {
  const definition = providers.find(({ type }) => type === provider);
  const inPath = /\/models?\/([^/:]+)/.exec(path)?.[1] ?? "";
  const written = body?.["model"];
  const model = typeof written === "string" ? written : decodeURIComponent(inPath);
  return definition && { definition, model };
}

function answeredTargets(corpus: Corpus): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>();
  for (const name of corpus.providers())
    for (const record of corpus.recorded(name)) {
      const target = record.status < 300 ? targetOf(record) : undefined;
      if (target !== undefined) targets.set(record.id, target);
    }
  return targets;
}

describeWithCorpus("recorded requests within their dialect", (corpus) => {
  it("go on with all that they say, where the vendor answered", () => {
    const targets = answeredTargets(corpus);
    const changed: unknown[] = [];
    let seen = 0;
    for (const { id, dialect, operation, parsed } of requestsOf(corpus)) {
      const { definition, model } = targets.get(id) ?? {};
      if (definition === undefined || model === undefined) continue;
      if (wayTo(definition, dialect, operation, model)?.dialect !== dialect) continue;
      const passage = passageBetween(dialects[dialect], vendorDialects[dialect], operation);
      const { notes } = passage.encodeRequest(parsed, { model, quirks: definition.quirks ?? {} });
      const left = notes.filter((note) => note !== filledIn);
      seen += 1;
      if (left.length > 0) changed.push([id, definition.type, model, left]);
    }
    expect(changed).toEqual([]);
    expect(seen).toBeGreaterThan(500);
  });
});
