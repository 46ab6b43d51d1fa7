// The table of what every client must get: one row per scenario, whatever the client. `raises` names the trouble, whose class
// the client's definition knows.

import type { Operation, Trouble } from "./sdk.ts";
import type { Keys } from "./gateway.ts";
import { story } from "./vendor/vendor.ts";
import type { Fault } from "./vendor/vendor.ts";

export interface Scenario {
  readonly name: string;
  readonly operation: Operation;
  readonly fault: Fault;
  /** Default: the good one. `wrong` is nobody's. */
  readonly key?: keyof Keys | "wrong";
  /** A name that the gateway does not have. */
  readonly isUnknownModel?: true;
  /** One of several where it depends on what the vendor's words mean. */
  readonly raises?: Trouble | readonly Trouble[];
  readonly status?: number;
  /** What the message must say. */
  readonly says?: RegExp;
  /** The text before the error. */
  readonly text?: string;
  /** The same answer would come again, and is said to: one request from every client that obeys. */
  readonly isHopeless?: true;
  /** Of the vendor, at most, for each request of the client. */
  readonly vendorRequests?: number;
  /** Not with a vendor of another format as well. */
  readonly isLocal?: true;
}

const begun = story.text.split(" ").slice(0, 2).join(" ");

export const scenarios: readonly Scenario[] = [
  { name: "plain", operation: "plain", fault: "none", text: story.text, vendorRequests: 1 },
  { name: "stream", operation: "stream", fault: "none", text: story.text, vendorRequests: 1 },
  { name: "tools", operation: "tools", fault: "none", text: story.textAfterTool, vendorRequests: 1 },
  { name: "embeddings", operation: "embeddings", fault: "none", vendorRequests: 1, isLocal: true },
  { name: "models", operation: "models", fault: "none", isLocal: true },
  { name: "silence", operation: "stream", fault: "silence", text: story.text, vendorRequests: 1 },
  {
    name: "401",
    operation: "plain",
    fault: "none",
    key: "wrong",
    raises: "unauthorized",
    status: 401,
    says: /key/i,
    isHopeless: true,
    vendorRequests: 0,
    isLocal: true,
  },
  {
    name: "403",
    operation: "plain",
    fault: "none",
    key: "forbidden",
    raises: "forbidden",
    status: 403,
    says: /model-a/,
    isHopeless: true,
    vendorRequests: 0,
    isLocal: true,
  },
  {
    name: "404",
    operation: "plain",
    fault: "none",
    isUnknownModel: true,
    raises: "unknownModel",
    status: 404,
    says: /not exist/,
    isHopeless: true,
    vendorRequests: 0,
    isLocal: true,
  },
  {
    name: "429 for good",
    operation: "plain",
    fault: "none",
    key: "small",
    raises: "limited",
    status: 429,
    says: /limit of 10 tokens/,
    isHopeless: true,
    vendorRequests: 0,
    isLocal: true,
  },
  { name: "429 of the vendor", operation: "plain", fault: "busy", raises: "limited", status: 429, says: warm() },
  {
    name: "503 of the vendor",
    operation: "plain",
    fault: "down",
    raises: "unavailable",
    says: warm(),
    isHopeless: true,
  },
  {
    name: "operator's key refused",
    operation: "plain",
    fault: "refused",
    raises: "badGateway",
    status: 502,
    says: /credential/,
    isHopeless: true,
    vendorRequests: 1,
  },
  {
    name: "first event is an error",
    operation: "stream",
    fault: "error-first",
    raises: ["unavailable", "badGateway"],
    says: warm(),
    text: "",
    isHopeless: true,
  },
  {
    name: "cut",
    operation: "stream",
    fault: "cut",
    raises: "broken",
    text: begun,
    vendorRequests: 1,
    isHopeless: true,
  },
  {
    name: "early end",
    operation: "stream",
    fault: "early",
    raises: "broken",
    text: begun,
    vendorRequests: 1,
    isHopeless: true,
  },
  {
    name: "error in the stream",
    operation: "stream",
    fault: "error-mid",
    raises: "broken",
    says: warm(),
    text: begun,
    vendorRequests: 1,
    isHopeless: true,
  },
];

function warm(): RegExp {
  return new RegExp(story.complaint);
}
