// The form in which clouds take requests of this dialect: the path tells the model, and the body a version.
// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
// https://docs.anthropic.com/en/api/claude-on-vertex-ai

import type { RequestEdits } from "#dialects/parsed-request.ts";
import type { Envelope } from "#providers/definition.ts";
import type { JsonObject } from "#wire/json.ts";
import type { Member } from "#wire/json-members.ts";

type Edits = Pick<RequestEdits, "headers">;

/** The values stay as they were written, byte for byte; only the spaces between them are lost. */
export function wrapBytes(body: Buffer, members: readonly Member[], envelope: Envelope, edits: Edits): Buffer {
  const kept = members.filter(({ key }) => !envelope.leavesOut.includes(key));
  const has = (key: string): boolean => kept.some((member) => member.key === key);
  const pieces: Buffer[] = Object.entries(addedFields(has, envelope, edits)).map(([key, value]) =>
    Buffer.from(`${JSON.stringify(key)}:${JSON.stringify(value)},`),
  );
  for (const { key, valueStart, valueEnd } of kept)
    pieces.push(Buffer.from(`${JSON.stringify(key)}:`), body.subarray(valueStart, valueEnd), comma);
  return Buffer.concat([Buffer.from("{"), ...pieces.slice(0, -1), lastOf(pieces), Buffer.from("}")]);
}

const comma = Buffer.from(",");

/** Without the comma that nothing follows. */
function lastOf(pieces: readonly Buffer[]): Buffer {
  return (pieces.at(-1) ?? comma).subarray(0, -1);
}

export function wrapFields(fields: JsonObject, envelope: Envelope, edits: Edits): JsonObject {
  const kept = Object.fromEntries(Object.entries(fields).filter(([key]) => !envelope.leavesOut.includes(key)));
  return { ...addedFields((key) => Object.hasOwn(kept, key), envelope, edits), ...kept };
}

function addedFields(has: (key: string) => boolean, envelope: Envelope, { headers = {} }: Edits): JsonObject {
  const lists = Object.entries(envelope.listsOfHeaders ?? {}).map(([key, header]): [string, readonly string[]] => [
    key,
    (headers[header] ?? "").split(",").flatMap((item) => item.trim() || []),
  ]);
  const added = [...Object.entries(envelope.adds), ...lists.filter(([, list]) => list.length > 0)];
  return Object.fromEntries(added.filter(([key]) => !has(key)));
}
