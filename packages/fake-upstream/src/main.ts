// The fake vendor in its own process: `node main.ts [--port N] [--remember N]`. Prints one JSON line with its url.

import { parseArgs } from "node:util";
import { startFakeUpstream } from "./server.ts";

const { values } = parseArgs({
  options: { port: { type: "string", default: "0" }, remember: { type: "string", default: "1000" } },
});

const upstream = await startFakeUpstream({
  port: Number(values.port),
  remember: Number(values.remember),
  control: true,
});
process.stdout.write(`${JSON.stringify({ url: upstream.url })}\n`);

const stop = (): void => process.exit(0);
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// A parent that was killed cannot say goodbye; its end of the channel can.
process.on("disconnect", stop);
