// What a directory is configured as, without the server: for the command line, most of whose commands only ask where one is.

export { describeConfig } from "#config/describe.ts";
export { readAnew } from "#config/remote.ts";
export { ConfigError, describeProblem } from "#config/problems.ts";
export { readProcess } from "#config/sources.ts";
