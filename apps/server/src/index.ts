// What the command line starts. `runServer` serves until it is closed; `migrate` only brings the database up to date.

export { describeConfig } from "#config/describe.ts";
export { inspectConfig, loadConfig } from "#config/load.ts";
export { ConfigError } from "#config/problems.ts";
export { readProcess } from "#config/sources.ts";
export { migrate, runServer } from "./run.ts";
export type { RunningServer } from "#compose/compose.ts";
