// Answers that the vendor keeps: https://platform.openai.com/docs/api-reference/responses

import { readMember } from "#dialects/bodies/stored-objects.ts";
import type { KeptByVendor, StoredAnswer, StoredObjects } from "#dialects/bodies/stored-objects.ts";
import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

export const storedResponses: StoredObjects = {
  operation: "responses",
  path: "/v1/responses",
  routes: [
    { method: "GET", behind: "/{id}" },
    { method: "DELETE", behind: "/{id}" },
    { method: "POST", behind: "/{id}/cancel" },
    { method: "GET", behind: "/{id}/input_items" },
  ],
  readNames: () => [],
  readReferences: () => [],
};

/** An answer is kept unless the request says otherwise, and one in the background always for a while. */
export function readKept(fields: JsonObject): KeptByVendor {
  const param = "previous_response_id";
  const id = memberOf(fields, param);
  const isBackground = memberOf(fields, "background") === true;
  return {
    references: typeof id === "string" && id !== "" ? [{ id, param }] : [],
    isStored: isBackground || memberOf(fields, "store") !== false,
    isBackground,
  };
}

const states: Readonly<Record<string, StoredAnswer["state"]>> = {
  queued: "open",
  in_progress: "open",
  completed: "done",
  incomplete: "done",
  failed: "failed",
  cancelled: "cancelled",
};

export function readStored(body: Buffer): StoredAnswer | null {
  return toStored(readMember(body, "id"), readMember(body, "status"));
}

const headBytes = 2_048;

/** Of an answer that is known up to some byte only: the vendor writes these before all that has ids of its own. */
export function readHead(body: Buffer): StoredAnswer | null {
  const head = body.toString("latin1", 0, headBytes);
  const id = /^\s*\{\s*"id"\s*:\s*"([^"\\]+)"/.exec(head)?.[1];
  return toStored(id, /"status"\s*:\s*"(\w+)"/.exec(head)?.[1]);
}

/** Of the answer within an event. */
export function storedOf(response: unknown): StoredAnswer | null {
  return toStored(memberOf(response, "id"), memberOf(response, "status"));
}

function toStored(id: unknown, status: unknown): StoredAnswer | null {
  const state = typeof status === "string" && Object.hasOwn(states, status) ? states[status] : undefined;
  return typeof id === "string" && id !== "" && state !== undefined ? { id, state } : null;
}
