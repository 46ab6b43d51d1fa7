// What each kind of declared thing must be able to do, and how one of them becomes what the file says. Called by applier.ts.
// Invariant: what is compared are the rows as they are stored, so that nothing is changed which is the same in other words.

import { formatUsd } from "@ghostllm/contract";
import type { DeclaredThing } from "#config/declared/declarations.ts";
import type { DeclarableKind, DeclaredObject } from "#control/store/declared/declared-store.ts";
import type { Store } from "#control/store/store.ts";
import type { JsonValue } from "#domain/audit.ts";
import type { Deed, Difference, Step } from "./report.ts";

interface Identified {
  readonly id: string;
}

/** All that is compared, by the names of the rows. */
export type Fields = Readonly<Record<string, unknown>>;

export interface DeclaredKind<Body, Row extends Identified> {
  readonly kind: DeclarableKind;
  /** What tells it from others of its kind in the file. */
  identityOf(thing: DeclaredThing<Body>): string;
  find(id: string): Promise<Row | undefined>;
  /** One that an operator has made, and that cannot be there beside it. */
  findSame(thing: DeclaredThing<Body>): Promise<Row | undefined>;
  /** What the row is to be. Rejects with GhostError where it cannot be that. */
  wanted(thing: DeclaredThing<Body>, row: Row | undefined): Promise<Fields>;
  /** The same of what it is. */
  present(row: Row): Promise<Fields>;
  create(thing: DeclaredThing<Body>, wanted: Fields): Promise<Row>;
  /** `fields`: those that differ. */
  change(thing: DeclaredThing<Body>, row: Row, fields: readonly string[], wanted: Fields): Promise<void>;
  /** The file names it no more. */
  letGo(row: Row): Promise<Deed>;
  /** Without what refers to others, which may not be there yet; null: nothing does. */
  alone(thing: DeclaredThing<Body>): DeclaredThing<Body> | null;
}

/** Of one object, as it is at the moment. */
interface Known {
  readonly store: Pick<Store, "declared">;
  readonly objects: readonly DeclaredObject[];
  /** Identities in the file, of this kind. */
  readonly named: ReadonlySet<string>;
}

/** Null where all is as the file says. */
export async function settle<Body, Row extends Identified>(
  of: DeclaredKind<Body, Row>,
  thing: DeclaredThing<Body>,
  known: Known,
): Promise<Step | null> {
  const identity = of.identityOf(thing);
  const found = await findRow(of, thing, known);
  const wanted = await of.wanted(thing, found?.row);
  const step = { kind: of.kind, name: identity, place: thing.place };
  if (found === null) {
    const { id } = await of.create(thing, wanted);
    await known.store.declared.keep({ kind: of.kind, id, name: identity, place: thing.place });
    return { ...step, deed: "created", differences: [] };
  }
  const { row, object } = found;
  const differences = compare(await of.present(row), wanted);
  const fields = differences.map(({ name }) => name);
  if (fields.length > 0) await of.change(thing, row, fields, wanted);
  if (object?.name !== identity || object.place !== thing.place)
    await known.store.declared.keep({ kind: of.kind, id: row.id, name: identity, place: thing.place });
  if (fields.length > 0) return { ...step, deed: "changed", differences: differences.map(({ told }) => told) };
  return object === undefined ? { ...step, deed: "adopted", differences: [] } : null;
}

async function findRow<Body, Row extends Identified>(
  of: DeclaredKind<Body, Row>,
  thing: DeclaredThing<Body>,
  { objects, named }: Known,
): Promise<{ readonly row: Row; readonly object: DeclaredObject | undefined } | null> {
  const own = objects.filter(({ kind }) => kind === of.kind);
  const identity = of.identityOf(thing);
  const former = thing.was === null ? null : of.identityOf({ ...thing, name: thing.was });
  const declared =
    own.find(({ name }) => name === identity) ?? own.find(({ name }) => name === former && !named.has(name));
  const row = declared && (await of.find(declared.id));
  if (row !== undefined) return { row, object: declared };
  const same = (await of.findSame(thing)) ?? (former === null ? undefined : await of.findSame(formerly(thing)));
  if (same === undefined) return null;
  return { row: same, object: own.find(({ id }) => id === same.id) };
}

function formerly<Body>(thing: DeclaredThing<Body>): DeclaredThing<Body> {
  return { ...thing, name: thing.was ?? thing.name };
}

interface Compared {
  readonly name: string;
  readonly told: Difference;
}

function compare(present: Fields, wanted: Fields): readonly Compared[] {
  return Object.keys(wanted).flatMap((name) => {
    const [stored, declared] = [toText(present[name]), toText(wanted[name])];
    if (stored === declared) return [];
    const [before, after] = [tell(name, present[name]), tell(name, wanted[name])];
    return [{ name, told: { field: apiName(name), stored: before, declared: after } }];
  });
}

/** The same for the same, in whatever order its fields are. */
function toText(value: unknown): string {
  return JSON.stringify(sorted(value ?? null));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, one]) => one !== undefined && one !== null);
  return Object.fromEntries(
    fields.toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([name, one]) => [name, sorted(one)]),
  );
}

const apiNames: Readonly<Record<string, string>> = {
  credential: "api_key",
  additions: "headers",
  keyHash: "secret",
  inAuto: "auto",
};

const secret: ReadonlySet<string> = new Set(["credential", "additions", "keyHash"]);

function tell(name: string, value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  return secret.has(name) ? "[secret]" : tellValue(name, value);
}

/** As the API has it: money in USD. */
function tellValue(name: string, value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map((one) => tellValue(name, one));
  if (typeof value === "number" && isMoney(name)) return formatUsd(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  const fields = Object.entries(value).filter(([field, one]) => (one ?? null) !== null && !unseen.has(field));
  return Object.fromEntries(fields.map(([field, one]) => [apiName(field), tellValue(field, one)]));
}

function isMoney(name: string): boolean {
  return /Nanos|Price$/.test(name);
}

/** Nobody has written them. */
const unseen: ReadonlySet<string> = new Set(["id", "madeAt"]);

function apiName(name: string): string {
  const inUsd = name.replace("Nanos", "Usd").replace(/Price$/, "PriceUsd");
  return apiNames[name] ?? inUsd.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
