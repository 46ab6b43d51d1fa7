// `npm run soak [-- --minutes 60 --rate 100]`: a server under everyday traffic for a long time. Fails where it has grown, where a request
// failed, and where what was recorded is not what the vendor counted. Only ever against a server that it starts itself on this machine.

import { describeMachine, machineSentence } from "../bench/machine.ts";
import { faultsOf } from "./judge.ts";
import { readOptions } from "./options.ts";
import { soak } from "./soak.ts";
import { lineOf, tableOf } from "./table.ts";

// Who ends it ends the server that it has started, too.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const options = readOptions(process.argv.slice(2));
console.log(machineSentence(describeMachine()));
const outcome = await soak(options, (sample) => console.log(lineOf(sample)));
const { asked } = outcome.seen;
const all = Object.values(asked).reduce((sum, count) => sum + count, 0);
console.log(
  `\n${all} requests: ${Object.entries(asked)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ")}`,
);
console.log(tableOf(outcome.samples));
console.log(`Descriptors at rest: ${outcome.atRest.before} before, ${outcome.atRest.after} behind it.`);
const faults = faultsOf(outcome);
console.log(faults.length === 0 ? "Nothing grew, nothing failed, and the accounts agree." : faults.join("\n"));
process.exitCode = faults.length === 0 ? 0 : 1;
