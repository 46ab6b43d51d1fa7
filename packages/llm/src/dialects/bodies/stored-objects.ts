// What a vendor keeps under an id, for clients that come back with it. No model is named then: the id must lead to the vendor.

import type { Operation } from "#operations.ts";
import { findMembers } from "#wire/json-members.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";

export interface StoredObjects {
  readonly operation: Operation;
  /** Public path of them all, on which clients list them and make new ones. */
  readonly path: string;
  readonly routes: readonly StoredRoute[];
  /** They lead to work that no budget and no permission for models can be held against. */
  readonly isUnbounded?: true;
  /** Ids of objects that an answer names, all of the same owner. */
  readNames(body: Buffer): readonly string[];
  /** Objects on which a new one is built. */
  readReferences(body: Buffer): readonly Reference[];
}

export interface StoredRoute {
  readonly method: "GET" | "POST" | "DELETE";
  /** Behind the path; `{id}` stands for the id. Empty for the list, and for what makes a new one. */
  readonly behind: string;
  /** The body may be a form with files. */
  readonly takesForms?: true;
  /** The answer names objects of the same owner; otherwise it is whatever clients once sent. */
  readonly names?: true;
  /** What it costs is told to nobody; nothing unless said. */
  readonly cost?: "unknown";
}

/** An object that a request names, and the field that names it. */
export interface Reference {
  readonly id: string;
  readonly param: string;
}

/** What a request says about what its vendor keeps. */
export interface KeptByVendor {
  readonly references: readonly Reference[];
  /** The vendor will keep the answer. */
  readonly isStored: boolean;
  /** The vendor answers at once, and works then: the usage is told to whoever asks for the answer later. */
  readonly isBackground: boolean;
}

export interface StoredAnswer {
  readonly id: string;
  /** `open`: the vendor is at work on it. */
  readonly state: "open" | "done" | "failed" | "cancelled";
}

/** The fields of a body that are texts, in the order asked for. */
export function readTexts(body: Buffer, fields: readonly string[]): readonly Reference[] {
  return fields.flatMap((param) => {
    const id = readMember(body, param);
    return typeof id === "string" && id !== "" ? [{ id, param }] : [];
  });
}

/** One member of a body, which may be large. */
export function readMember(body: Buffer, key: string): unknown {
  const members = findMembers(body);
  if (members === null) {
    const value = parseJson(body.toString("utf8"));
    return isObject(value) ? memberOf(value, key) : undefined;
  }
  const member = members.find((candidate) => candidate.key === key);
  return member === undefined ? undefined : parseJson(body.toString("utf8", member.valueStart, member.valueEnd));
}
