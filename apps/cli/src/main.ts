// The process `ghostllm`. `serve` goes on after the program has resolved, so that the code is set, not exited with.

import manifest from "#package.json" with { type: "json" };
import { runProgram } from "./program.ts";

process.exitCode = await runProgram(process.argv.slice(2), manifest.version, {
  writeOut: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  input: process.stdin,
});
