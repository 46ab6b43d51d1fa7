import { memberOf, parseJson } from "./json.ts";

/** Some servers and proxies send a stream under another type. Is this the beginning of one, of events or of lines? */
export function beginsStream(bytes: Buffer, form: "events" | "lines"): boolean {
  const text = bytes.toString("utf8").replace(/^\ufeff?\s*/, "");
  if (form === "events") return /^(?:data|event|id|retry)?:/.test(text);
  const end = text.indexOf("\n");
  return end > 0 && typeof memberOf(parseJson(text.slice(0, end)), "done") === "boolean";
}
