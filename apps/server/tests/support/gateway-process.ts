// A gateway in a process of its own, so that its memory can be measured. The vendor's URL is its only argument; its own
// is the first line that it prints.

import { makeProvider, makeSnapshot, makeTarget, startGateway } from "./gateway.ts";

const [vendorUrl = ""] = process.argv.slice(2);
const provider = makeProvider("openai", `${vendorUrl}/v1`);
const gateway = await startGateway(makeSnapshot({ targets: [makeTarget(provider, "fake-model")] }));
process.stdout.write(`${gateway.url}\n`);
