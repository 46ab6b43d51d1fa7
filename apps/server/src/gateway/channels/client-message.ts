// What clients say on the WebSocket of chats.

import { GhostError } from "@ghostllm/contract";
import { findMembers } from "@ghostllm/llm";

export type ClientMessage =
  | { readonly type: "auth"; readonly token: string }
  | { readonly type: "cancel"; readonly id: string }
  /** `data` as it was written: numbers and the order of fields are the client's. */
  | { readonly type: "chat"; readonly id: string; readonly endpoint: string | null; readonly data: Buffer };

const longestId = 128;
const longestWord = 1_024;

/** Throws GhostError `invalid_request_error`. */
export function readClientMessage(bytes: Buffer): ClientMessage {
  const members = findMembers(bytes);
  if (members === null) throw invalid("Send a JSON object, with each of its keys once and without escapes.");
  const sliceOf = (key: string): Buffer | null => {
    const member = members.find((one) => one.key === key);
    return member === undefined ? null : bytes.subarray(member.valueStart, member.valueEnd);
  };
  const word = (key: string): string | null => textOf(sliceOf(key));
  const type = word("type");
  if (type === "auth") return { type, token: demand("token", word("token")) };
  if (type !== "chat" && type !== "cancel") throw invalid("'type' is one of auth, chat and cancel.", "type");
  const id = demand("id", word("id"));
  if (id.length > longestId) throw invalid(`'id' has at most ${longestId} characters.`, "id");
  if (type === "cancel") return { type, id };
  const data = sliceOf("data");
  if (data?.[0] !== 0x7b) throw invalid("'data' is the body of the request, an object.", "data");
  return { type, id, endpoint: word("endpoint"), data };
}

function demand(key: string, value: string | null): string {
  if (value === null || value === "") throw invalid(`'${key}' is missing, or is no text.`, key);
  return value;
}

function textOf(json: Buffer | null): string | null {
  if (json === null || json.length > longestWord) return null;
  try {
    const value: unknown = JSON.parse(json.toString("utf8"));
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

function invalid(message: string, param?: string): GhostError {
  return new GhostError("invalid_request_error", message, param === undefined ? {} : { param });
}
