// Starts the server as a process of its own, for `npm start`. `ghostllm serve` comes in by way of index.ts.

import { ConfigError } from "#config/problems.ts";
import { readAnew } from "#config/remote.ts";
import { readProcess } from "#config/sources.ts";
import { runServer } from "./run.ts";

const exitStatus = { failed: 1, badConfiguration: 2 } as const;

try {
  const loaded = await readAnew(readProcess());
  for (const warning of loaded.warnings) process.stderr.write(`warning: ${warning}\n`);
  await runServer({ loaded, print: (text) => process.stdout.write(text) });
} catch (error) {
  const isConfiguration = error instanceof ConfigError;
  process.stderr.write(`\nGhostLLM cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(isConfiguration ? exitStatus.badConfiguration : exitStatus.failed);
}
