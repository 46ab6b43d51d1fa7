// Who has done what, as the audit log holds it. Made by the store for what is changed, and by control for what else is to be seen.

/** As it is read from a text: nobody changes it. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

export type AuthorKind = "admin_key" | "session" | "api_key" | "scim_token" | "configuration" | "server" | "anonymous";

/** As whom somebody is told of, by the name that he had at that time. */
export interface AuditActor {
  readonly kind: AuthorKind;
  /** Of a session the user's, of a key its own. */
  readonly id: string | null;
  readonly name: string;
  /** Whose the key is. */
  readonly userId: string | null;
}

/** Whoever causes changes, and from where. */
export interface Author {
  readonly actor: AuditActor;
  /** Empty where it is not known. */
  readonly address: string;
  readonly userAgent: string;
  readonly requestId: string | null;
  /** Of the admin API, by its id. */
  readonly route: string | null;
}

export const theServer: Author = {
  actor: { kind: "server", id: null, name: "GhostLLM", userId: null },
  ...{ address: "", userAgent: "", requestId: null, route: null },
};

export const nobody: AuditActor = { kind: "anonymous", id: null, name: "", userId: null };

export type Outcome = "done" | "refused" | "failed";

export interface AuditObject {
  /** One word, such as `key`. */
  readonly kind: string;
  /** Null for several at once, and for what has none. */
  readonly id: string | null;
  readonly name: string;
}

export interface FieldChange {
  /** As the admin API calls it. */
  readonly field: string;
  /** Null where there was nothing; a secret is told as `[secret]`. */
  readonly before: JsonValue;
  readonly after: JsonValue;
}

/** What is to be told of whoever is at work. */
export interface AuditDraft {
  /** `object.verb`, such as `key.created`. */
  readonly action: string;
  readonly outcome: Outcome;
  readonly object: AuditObject | null;
  readonly changes: readonly FieldChange[];
  readonly details: Readonly<Record<string, JsonValue>>;
}

/** One that is in the chain. */
export interface AuditEntry extends Author, AuditDraft {
  /** Its place, without gaps. */
  readonly sequence: number;
  readonly id: string;
  /** Epoch ms. */
  readonly happenedAt: number;
  /** Over the hash of the entry before and all that this one says; SHA-256, hex. */
  readonly hash: string;
  /** Of the hash over what it says of people; null of the oldest entries, and where somebody was erased. */
  readonly salt: string | null;
  /** That hash, where somebody was erased and it cannot be computed any more. */
  readonly personalHash: string | null;
  /** The place of the entry that says so. */
  readonly erasedIn: number | null;
}

/** Nothing was changed in the store by it. */
export function deed(action: string, object: AuditObject | null, more: Partial<AuditDraft> = {}): AuditDraft {
  return { action, outcome: "done", object, changes: [], details: {}, ...more };
}
