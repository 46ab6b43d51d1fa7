// Texts in forms: the fields beside the files. What a file holds nobody looks into.

import { boundaryOf, eachField } from "#wire/multipart.ts";
import { spliceJson } from "#wire/json-members.ts";
import type { Splice } from "#wire/json-members.ts";
import type { RequestTextVisitor } from "./request-texts.ts";

/** Fields that are words of the protocol. */
const skipped = new Set(["model", "response_format", "language", "size", "n", "quality", "stream", "purpose"]);

/** The form with its texts changed; the same where none was. Null where it cannot be looked into. */
export function editFormTexts(body: Buffer, contentType: string, visitor: RequestTextVisitor): Buffer | null {
  const boundary = boundaryOf(contentType);
  const fields = boundary === null ? null : eachField(body, boundary);
  if (fields === null) return null;
  const splices: Splice[] = [];
  for (const { name, isFile, start, end } of fields) {
    if (isFile) visitor.unreadable("file");
    if (isFile || skipped.has(name)) continue;
    const text = visitor.edit(body.toString("utf8", start, end), [name]);
    if (text !== null) splices.push({ start, end, text });
  }
  return splices.length === 0 ? body : spliceJson(body, splices);
}
