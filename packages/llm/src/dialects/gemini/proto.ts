// Google's JSON takes every field by two names, `functionCall` and `function_call`: https://protobuf.dev/programming-guides/json/
// Both are read by the first one, and what is written for a vendor has the name that its client wrote.

import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { Extras } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** Kept, since every part of a stream is searched for most of them. They are the names in this folder, and no others. */
const snakes = new Map<string, string>();

function snakeOf(name: string): string {
  const known = snakes.get(name);
  if (known !== undefined) return known;
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  snakes.set(name, snake);
  return snake;
}

/** The field of an object by either of its names. */
export function fieldOf(object: unknown, name: string): unknown {
  if (!isObject(object)) return undefined;
  if (Object.hasOwn(object, name)) return object[name];
  const snake = snakeOf(name);
  return Object.hasOwn(object, snake) ? object[snake] : undefined;
}

/** A list, for which Google's parser also takes its only element: https://ai.google.dev/api/generate-content has both. */
export function repeatedOf(object: unknown, name: string): readonly unknown[] {
  const value = fieldOf(object, name);
  if (Array.isArray(value)) return value;
  return isObject(value) ? [value] : [];
}

export class ProtoReader extends FieldReader {
  readonly #singles: string[] = [];
  readonly #inner = new Map<string, ProtoReader>();
  readonly #snakes: string[] = [];

  constructor(object: JsonObject) {
    super(dialect, object);
  }

  override peek(name: string): unknown {
    return super.peek(this.#written(name));
  }

  override has(name: string): boolean {
    return super.has(this.#written(name));
  }

  override take<Value>(name: string, isExpected: (value: unknown) => value is Value): Value | undefined {
    const value = super.take(this.#written(name), isExpected);
    if (value !== undefined) this.#spellName(name);
    return value;
  }

  override drop(name: string): void {
    super.drop(this.#written(name));
    this.#spellName(name);
  }

  /** Of an object within, whose fields are read one by one; what is left of it is kept with this one's. */
  inner(name: string): ProtoReader | undefined {
    const object = this.object(name);
    if (object === undefined) return undefined;
    const reader = new ProtoReader(object);
    this.#inner.set(name, reader);
    return reader;
  }

  /** A list, or an object that stands for a list of one. */
  repeated(name: string): readonly unknown[] | undefined {
    const list = this.list(name);
    const single = list === undefined ? this.object(name) : undefined;
    if (single === undefined) return list;
    this.#singles.push(name);
    this.spell("singles", this.#singles);
    return [single];
  }

  override extras(): { readonly extras?: Extras } {
    const rests = Array.from(this.#inner, ([name, reader]): [string, JsonObject] => {
      const { extras } = reader.extras();
      this.spell(name, extras?.spelling ?? {});
      return [name, extras?.fields ?? {}];
    });
    return super.extras(Object.fromEntries(rests));
  }

  #written(name: string): string {
    if (super.has(name)) return name;
    const snake = snakeOf(name);
    return super.has(snake) ? snake : name;
  }

  #spellName(name: string): void {
    if (this.#written(name) === name || this.#snakes.includes(name)) return;
    this.#snakes.push(name);
    this.spell("snakes", this.#snakes);
  }
}

/** The fields that have a value, and those that were kept, by the names and in the forms that the client wrote. */
export function writeProto(told: JsonObject, kept: JsonObject, { snakes: written, singles }: JsonObject): JsonObject {
  const isWritten = ([, value]: [string, unknown]): boolean => value !== undefined;
  const fields = [...Object.entries(kept), ...Object.entries(told).filter(isWritten)];
  const isSnake = (name: string): boolean => Array.isArray(written) && written.includes(name);
  const isSingle = (name: string): boolean => Array.isArray(singles) && singles.includes(name);
  return Object.fromEntries(
    fields.map(([name, value]) => [
      isSnake(name) ? snakeOf(name) : name,
      isSingle(name) && Array.isArray(value) ? (value[0] as unknown) : value,
    ]),
  );
}

/** What was kept of an object within: its fields, or how it was written. */
export function within(kept: JsonObject, name: string): JsonObject {
  const inner = Object.hasOwn(kept, name) ? kept[name] : undefined;
  return isObject(inner) ? inner : {};
}
