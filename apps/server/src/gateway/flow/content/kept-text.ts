import { boundaryOf, eachField } from "@ghostllm/llm";
import type { KeptText } from "#link/contents.ts";
import { withoutData } from "./without-data.ts";

/** Of one text at most, where nothing else is said. */
export const mostTextBytes = 256 * 1024;

const textType = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|x-ndjson|jsonl|xml)\b)/i;

interface Given {
  readonly contentType: string;
  readonly body: Buffer;
  /** Of the whole, of which `body` may be the beginning. */
  readonly bytes?: number;
  readonly mostBytes?: number;
}

/** What is kept of a body: its text, or the size of what is none. */
export function keptText({ contentType, body, bytes = body.length, mostBytes = mostTextBytes }: Given): KeptText {
  const boundary = boundaryOf(contentType);
  if (boundary !== null) return keptForm(body, boundary);
  if (!textType.test(contentType)) return { contentType, bytes, text: null, isCut: false, leftOut: 0 };
  const { text, isCut, leftOut } = withoutData(body, mostBytes);
  return { contentType, bytes, text, isCut: isCut || bytes > body.length, leftOut };
}

/** Its fields as JSON, with sizes in place of files. */
function keptForm(body: Buffer, boundary: string): KeptText {
  const contentType = "multipart/form-data";
  const fields = eachField(body, boundary) ?? [];
  const told = fields.map(({ name, isFile, start, end }) => [
    name,
    isFile ? `[${end - start} bytes]` : body.toString("utf8", start, Math.min(end, start + mostTextBytes)),
  ]);
  const { text, isCut, leftOut } = withoutData(Buffer.from(JSON.stringify(told)), mostTextBytes);
  const files = fields.filter(({ isFile }) => isFile).length;
  return { contentType, bytes: body.length, text, isCut, leftOut: leftOut + files };
}
