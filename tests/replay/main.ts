// npm run replay -- --corpus DIR [--report FILE] ...: every recorded answer, read through the gateway by every official SDK.

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openCorpus } from "../support/corpus.ts";
import { clients } from "./clients/all.ts";
import { excusesFor } from "./excuses.ts";
import { recordingsOf } from "./recordings.ts";
import { ReplayStage } from "./replay.ts";
import { Report } from "./report.ts";

const usage = `npm run replay -- --corpus DIR [options]
  --corpus DIR      a folder with recorded/*.jsonl and oracle/*.jsonl
  --report FILE     write the matrix and every miss as JSON
  --client NAMES    only these clients, such as openai-chat,gemini
  --provider NAMES  only recordings of these vendors
  --id IDS          only these recordings
  --pieces SIZES    how the vendor writes: 0 for all at once, else bytes per write (default 0,7)
`;

const { values } = parseArgs({
  options: {
    corpus: { type: "string" },
    report: { type: "string" },
    client: { type: "string" },
    provider: { type: "string" },
    id: { type: "string" },
    pieces: { type: "string", default: "0,7" },
  },
});

/** Null allows everything. */
function listOf(names: string | undefined): ReadonlySet<string> | null {
  return names === undefined ? null : new Set(names.split(","));
}

const isAllowed = (names: ReadonlySet<string> | null, name: string): boolean => names === null || names.has(name);

async function run(directory: string): Promise<Report> {
  const report = new Report();
  const stage = await ReplayStage.open();
  const only = { clients: listOf(values.client), providers: listOf(values.provider), ids: listOf(values.id) };
  const sizes = values.pieces.split(",").map((size) => Number(size) || null);
  for (const recording of recordingsOf(openCorpus(directory), (passed) => report.pass(passed))) {
    const { record } = recording;
    if (!isAllowed(only.providers, record.provider) || !isAllowed(only.ids, record.id)) continue;
    for (const client of clients) {
      if (!isAllowed(only.clients, client.format)) continue;
      for (const size of sizes) {
        const replay = await stage.replay(recording, client, size);
        const excuses = replay.misses.length === 0 ? [] : excusesFor(recording, client.format);
        if (excuses.length > 0) report.excuse(replay, excuses);
        else report.add(replay);
      }
    }
  }
  await stage.close();
  return report;
}

if (values.corpus === undefined) {
  console.error(usage);
  process.exit(2);
}
const report = await run(resolve(values.corpus));
if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(report.toJson(), null, 2)}\n`);
console.log(report.toText());
process.exitCode = report.isPerfect ? 0 : 1;
