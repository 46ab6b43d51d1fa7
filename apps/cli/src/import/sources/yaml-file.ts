import { LineCounter, parseDocument } from "yaml";
import { CliError, exitCodes } from "#exit-codes.ts";
import { isFields, type Fields } from "@ghostllm/contract/importing";

/** JSON is YAML, too. Throws a CliError that names the line. */
export function readYaml(text: string, file: string): Fields {
  const value = readDocument(text, file);
  if (isFields(value)) return value;
  throw new CliError("invalid_file", `${file} has no settings in it: it is to be a mapping`, exitCodes.usage);
}

export function readDocument(text: string, file: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lineCounter.linePos(error.pos[0]);
    throw new CliError("invalid_file", `${file}, line ${line}: ${error.message.split("\n")[0]}`, exitCodes.usage);
  }
  return document.toJS({ maxAliasCount: 100 });
}
