// npm run test:clients: the SDKs and frameworks that people put before a gateway, each in its own language and in pinned
// versions, through everything that goes right and wrong. Beside `npm test`, because it installs them. --help

import { writeFileSync } from "node:fs";
import { closingLine, describeCell, describeSdk } from "./report.ts";
import { tablesOf, writeDocs } from "./docs.ts";
import { Stage } from "./gateway.ts";
import { isChosen, options, usage } from "./options.ts";
import { play } from "./play.ts";
import type { Cell } from "./play.ts";
import { readyClients } from "./stack.ts";
import type { ReadyClient } from "./stack.ts";

async function playAll(clients: readonly ReadyClient[]): Promise<readonly Cell[]> {
  const stage = await Stage.open();
  const waiting = [...clients];
  const cells: Cell[] = [];
  const isWanted = (scenario: string): boolean => isChosen(options.scenario, scenario);
  const work = async (): Promise<void> => {
    for (let client = waiting.shift(); client !== undefined; client = waiting.shift()) {
      const played = await play(stage, { ...client, isWanted });
      console.log(describeSdk(client, played));
      for (const cell of played.filter(({ faults }) => faults.length > 0)) console.log(describeCell(cell));
      cells.push(...played);
    }
  };
  try {
    await Promise.all(Array.from({ length: Number(options["at-once"]) || 1 }, work));
  } finally {
    await stage.close();
  }
  return cells;
}

if (options.help) {
  console.log(usage);
  process.exit(0);
}
if (options["write-docs"] && (options.only !== undefined || options.scenario !== undefined)) {
  console.error("The documentation is written from a run of everything: leave --only and --scenario out.");
  process.exit(2);
}
const { clients, skipped, broken } = await readyClients({ only: options.only, isNewest: options.newest });
const cells = await playAll(clients);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(cells, null, 2)}\n`);
if (options.markdown) console.log(tablesOf(clients, cells));
if (options["write-docs"]) writeDocs(clients, cells);
console.log(closingLine(cells, skipped, broken));
process.exitCode = cells.length > 0 && broken.length === 0 && cells.every(({ faults }) => faults.length === 0) ? 0 : 1;
