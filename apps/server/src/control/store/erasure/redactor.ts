// Takes what tells of one person out of entries of the audit log, and out of events. Pure. Invariant: who did what, and when, stays, by id.

import type { JsonValue } from "#domain/audit.ts";
import type { Subject } from "./subject.ts";

/** What an entry says that may tell of people, in the table and in the event of it. */
export interface Told {
  readonly actorId: string | null;
  readonly actorUserId: string | null;
  readonly actorName: string;
  readonly objectId: string | null;
  readonly objectName: string | null;
  readonly address: string;
  readonly userAgent: string;
  readonly changes: JsonValue;
  readonly details: JsonValue;
}

type Values = { [name: string]: JsonValue };

const erasedText = "[erased]";
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Fields that tell who somebody is, where they are his or of what is his. */
const telling: ReadonlySet<string> = new Set([
  ...["email", "username", "name", "user", "owner", "user_name", "display_name", "external_id", "subject", "address"],
  ...["user_agent", "tags", "search", "public_id", "previous_public_id"],
]);

export class Redactor {
  readonly #userId: string;
  readonly #ids: ReadonlySet<string>;
  readonly #texts: RegExp | null;

  constructor({ userId, ids, texts }: Subject) {
    this.#userId = userId;
    this.#ids = new Set([userId, ...ids]);
    const alternatives = texts.toSorted((one, other) => other.length - one.length).map(escaped);
    // Not within a longer name or address.
    const [before, behind] = ["(?<![\\p{L}\\p{N}._%+-])", "(?![\\p{L}\\p{N}]|[-.@][\\p{L}\\p{N}])"];
    this.#texts = texts.length === 0 ? null : new RegExp(`${before}(?:${alternatives.join("|")})${behind}`, "giu");
  }

  /** May it tell of him? Of JSON as text: what is cheap to ask of many. */
  mentions(text: string): boolean {
    if (this.#texts !== null && text.search(this.#texts) >= 0) return true;
    for (const [id] of text.matchAll(uuid)) if (this.#ids.has(id)) return true;
    return false;
  }

  /** Null where it tells nothing of him. */
  entry(told: Told): Told | null {
    const isBy = this.#isHis(told.actorId) || told.actorUserId === this.#userId;
    const isAbout = this.#isHis(told.objectId);
    const isSomebody = told.actorId !== null || told.actorUserId !== null;
    // Whoever failed to sign in as him may have been himself.
    const isFrom = isBy || (isAbout && !isSomebody);
    const left: Told = {
      ...told,
      actorName: isBy ? erase(told.actorName) : this.#text(told.actorName),
      objectName: told.objectName === null ? null : isAbout ? erase(told.objectName) : this.#text(told.objectName),
      address: isFrom ? erase(told.address) : told.address,
      userAgent: isFrom ? erase(told.userAgent) : told.userAgent,
      changes: this.#changes(told.changes, isAbout),
      details: this.#value(told.details, isAbout),
    };
    return JSON.stringify(left) === JSON.stringify(told) ? null : left;
  }

  /** The data of an event; `isHis`: he is whom it concerns. */
  data(data: JsonValue, isHis: boolean): JsonValue {
    return this.#value(data, isHis);
  }

  #isHis(id: string | null): boolean {
    return id !== null && this.#ids.has(id);
  }

  #text(text: string): string {
    return this.#texts === null ? text : text.replace(this.#texts, erasedText);
  }

  #changes(changes: JsonValue, isAbout: boolean): JsonValue {
    if (!Array.isArray(changes)) return this.#value(changes, isAbout);
    return changes.map((change) => {
      if (!isValues(change)) return this.#value(change, isAbout);
      const { field, before = null, after = null } = change;
      const isTold = isAbout && typeof field === "string" && telling.has(field);
      const tell = (value: JsonValue): JsonValue => (isTold ? eraseValue(value) : this.#value(value, isAbout));
      return { ...change, before: tell(before), after: tell(after) };
    });
  }

  #value(value: JsonValue, isAbout: boolean): JsonValue {
    if (typeof value === "string") return this.#text(value);
    if (Array.isArray(value)) return value.map((one) => this.#value(one, isAbout));
    if (!isValues(value)) return value;
    // Beside his id stands his name.
    const isOfHis = isAbout || value["user_id"] === this.#userId;
    const entries = Object.entries(value).map(([name, part]): [string, JsonValue] => {
      return [name, isOfHis && telling.has(name) ? eraseValue(part) : this.#value(part, isAbout)];
    });
    return Object.fromEntries(entries);
  }
}

function isValues(value: JsonValue): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function erase(text: string): string {
  return text === "" ? "" : erasedText;
}

/** That there was something stays, and that it was a secret. */
function eraseValue(value: JsonValue): JsonValue {
  if (value === null || value === "[secret]" || value === "[private]" || value === "") return value;
  return erasedText;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
