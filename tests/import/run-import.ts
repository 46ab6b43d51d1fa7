// The command line within this process: what it prints, and with which code it ends.

import { Readable } from "node:stream";
import { runProgram } from "../../apps/cli/src/program.ts";

export interface ImportAnswer {
  readonly applied: boolean;
  readonly compared: boolean;
  readonly findings: readonly { readonly grade: string; readonly item: string; readonly reason: string }[];
  readonly done: readonly { readonly verb: string; readonly what: string; readonly fields: readonly string[] }[];
  readonly failed: readonly { readonly what: string; readonly message: string }[];
  readonly unchanged: number;
}

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  /** Of `--json`. */
  answer(): ImportAnswer;
}

export interface AdminPlace {
  readonly url: string;
  readonly adminKey: string;
}

export async function ghostllm({ url, adminKey }: AdminPlace, words: readonly string[]): Promise<Run> {
  let [out, error] = ["", ""];
  const code = await runProgram(["--url", url, "--key", adminKey, ...words], "0.0.0-test", {
    writeOut: (text) => void (out += text),
    writeError: (text) => void (error += text),
    input: Readable.from([]),
  });
  return { code, out, error, answer: () => JSON.parse(out) as ImportAnswer };
}

/** What was found of an item, as `grade: reason`. */
export function foundOf({ findings }: ImportAnswer, item: RegExp): readonly string[] {
  return findings.filter((one) => item.test(one.item)).map(({ grade, reason }) => `${grade}: ${reason}`);
}
