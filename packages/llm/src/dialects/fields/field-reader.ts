import type { Extras } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/**
 * Takes the fields of an object one by one, each only if it is of the kind that was expected. What nobody took has no
 * meaning to the reader and becomes `extras`, so that a codec built on this can lose nothing.
 */
export class FieldReader {
  readonly #dialect: string;
  readonly #object: JsonObject;
  readonly #taken = new Set<string>();
  #spelling: Record<string, unknown> | undefined;

  constructor(dialect: string, object: JsonObject) {
    this.#dialect = dialect;
    this.#object = object;
  }

  /** The value, without taking it. */
  peek(key: string): unknown {
    return memberOf(this.#object, key);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#object, key);
  }

  take<Value>(key: string, isExpected: (value: unknown) => value is Value): Value | undefined {
    const value = this.peek(key);
    if (!isExpected(value)) return undefined;
    this.#taken.add(key);
    return value;
  }

  /** The field is understood, or is told by another one. */
  drop(key: string): void {
    this.#taken.add(key);
  }

  string(key: string): string | undefined {
    return this.take(key, isString);
  }

  /** A text that is not empty. */
  text(key: string): string | undefined {
    return this.take(key, isText);
  }

  number(key: string): number | undefined {
    return this.take(key, isNumber);
  }

  boolean(key: string): boolean | undefined {
    return this.take(key, isBoolean);
  }

  object(key: string): JsonObject | undefined {
    return this.take(key, isObject);
  }

  list(key: string): readonly unknown[] | undefined {
    return this.take(key, isList);
  }

  /** Notes in which of several ways something was written. */
  spell(meaning: string, how: unknown): void {
    this.#spelling ??= {};
    this.#spelling[meaning] = how;
  }

  /** Takes a field as it is for the spelling: it says nothing that is not understood otherwise. */
  spellAsWritten(key: string): void {
    if (!this.has(key)) return;
    this.spell(key, this.peek(key));
    this.drop(key);
  }

  rest(): JsonObject {
    // Not by assignment: a member named __proto__ would be lost.
    return Object.fromEntries(Object.entries(this.#object).filter(([key]) => !this.#taken.has(key)));
  }

  /** What is kept beside the meaning, `inner` being the rests of objects within. To be spread into a hub value. */
  extras(inner: Readonly<Record<string, JsonObject>> = {}): { readonly extras?: Extras } {
    const held = Object.entries(inner).filter(([, rest]) => Object.keys(rest).length > 0);
    const fields = { ...this.rest(), ...Object.fromEntries(held) };
    const spelling = this.#spelling;
    if (spelling === undefined && Object.keys(fields).length === 0) return {};
    return { extras: { dialect: this.#dialect, fields, ...(spelling !== undefined && { spelling }) } };
  }
}

export function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
