import { memberOf, parseJson } from "./json.ts";

/**
 * Some servers and proxies send a stream under another type. Is this the beginning of one, of events or of lines? Undefined
 * as long as it is too short to tell.
 */
export function beginsStream(bytes: Buffer, form: "events" | "lines"): boolean | undefined {
  return form === "events" ? beginsEvents(bytes) : beginsLines(bytes);
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
const fields = ["data:", "event:", "id:", "retry:"];
const longestLead = 256;

function beginsEvents(bytes: Buffer): boolean | undefined {
  const text = bytes.toString("utf8", 0, longestLead).replace(/^\ufeff?\s*/, "");
  if (/^(?:data|event|id|retry)?:/.test(text)) return true;
  return fields.some((field) => field.startsWith(text)) && bytes.length < longestLead ? undefined : false;
}

const longestPiece = 64 * 1024;

function beginsLines(bytes: Buffer): boolean | undefined {
  const text = bytes.toString("utf8", 0, longestPiece).replace(/^\ufeff?\s*/, "");
  const end = text.indexOf("\n");
  if (end > 0) return typeof memberOf(parseJson(text.slice(0, end)), "done") === "boolean";
  return /^(?:\{|$)/.test(text) && bytes.length < longestPiece ? undefined : false;
}
