// npm run fuzz: broken streams, answers and requests, made by chance from real ones, for everything that reads them.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { ThreadResult } from "./fuzz-thread.ts";
import { describeFailures, heading, lineOf } from "./report.ts";
import { loadSeeds } from "./seeds.ts";
import { listTargets } from "./targets.ts";
import { runThread } from "./threads.ts";

const usage = `npm run fuzz -- [options]
  --count N       cases for each target (default 100000)
  --seed S        another seed makes other cases (default 1)
  --dialect NAME  only targets of this dialect, or of "wire"
  --target NAME   only this target, such as "gemini streams"
  --case N        only this case
  --threads N     targets at once (default 2)
  --report FILE   write the figures as JSON
`;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    dialect: { type: "string" },
    target: { type: "string" },
    case: { type: "string" },
    threads: { type: "string", default: "2" },
    report: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

function numberOf(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(usage);
  return process.exit(2);
}

async function run(targets: readonly string[]): Promise<readonly ThreadResult[]> {
  const first = numberOf(values.case ?? "0");
  const plan = { seed: numberOf(values.seed), first, count: values.case === undefined ? numberOf(values.count) : 1 };
  const waiting = [...targets];
  const results: ThreadResult[] = [];
  const work = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      const result = await runThread({ target, ...plan });
      results.push(result);
      console.log(lineOf(result.outcome));
      if (result.outcome.failures.length > 0) console.log(describeFailures(result));
    }
  };
  await Promise.all(Array.from({ length: numberOf(values.threads) }, work));
  return results;
}

const names = listTargets(loadSeeds()).map(({ name }) => name);
const chosen = names.filter((name) => {
  return (values.dialect === undefined || name.startsWith(`${values.dialect} `)) && (values.target ?? name) === name;
});
if (values.help || chosen.length === 0) {
  console.error(`${usage}\nTargets: ${names.join(", ")}`);
  process.exit(2);
}
console.log(heading);
const outcomes = (await run(chosen)).map(({ outcome }) => outcome);
if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(outcomes, null, 2)}\n`);
const failed = outcomes.reduce((sum, { failures }) => sum + failures.length, 0);
console.log(failed === 0 ? "Nothing broke." : `${failed} cases failed.`);
process.exitCode = failed === 0 ? 0 : 1;
