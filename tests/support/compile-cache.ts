// Where Node keeps compiled sources for the processes that suites start, as tools/launch.cjs has it for those of users: half
// of what a start costs.

import { join, resolve } from "node:path";

const usual = join(resolve(import.meta.dirname, "../.."), "node_modules/.cache/compile");

export const compileCache = { NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? usual };
