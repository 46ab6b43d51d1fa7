// What the command line starts. `runServer` serves until it is closed; `migrate` only brings the database up to date.

export { migrate, runServer } from "./run.ts";
export type { RunningServer } from "#compose/compose.ts";
