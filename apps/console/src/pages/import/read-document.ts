import { LineCounter, parseDocument } from "yaml";
import { ImportError } from "@ghostllm/contract/importing";

/** JSON is YAML, too. Throws an ImportError that names the place, and quotes nothing: there may be secrets at it. */
export function readDocument(text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new ImportError(`Line ${line}, column ${col}: ${error.message.split("\n")[0]}`);
  }
  return document.toJS({ maxAliasCount: 100 });
}
