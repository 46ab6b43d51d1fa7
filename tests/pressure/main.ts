// npm run test:pressure [-- --only WORD]: everything that could exhaust a server, one after the other, with what it took
// before, during and after. Only ever against servers that it starts itself on this machine.

import { lines } from "./lines.ts";
import type { Line } from "./line.ts";
import { faultsOf, measure } from "./measure.ts";
import type { Measured } from "./measure.ts";
import { startStage } from "./stage.ts";
import { tableOf } from "./table.ts";

const only = process.argv.includes("--only") ? (process.argv[process.argv.indexOf("--only") + 1] ?? "") : "";

async function measureAlone(line: Line): Promise<Measured> {
  const stage = await startStage(line.server);
  try {
    return await measure(stage, line, 1);
  } finally {
    await stage.close();
  }
}

async function measureAll(): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (const line of lines.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()))) {
    console.log(`${line.name}: ${line.what}`);
    const one = await measureAlone(line);
    measured.push(one);
    for (const fault of faultsOf(one)) console.log(`  ! ${fault}`);
  }
  return measured;
}

const all = await measureAll();
console.log(`\n${tableOf(all)}`);
const faults = all.flatMap(faultsOf);
console.log(faults.length === 0 ? "The server held." : `${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;
