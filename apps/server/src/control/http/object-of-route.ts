// Which object a route is about, and in which version: what `ETag` and `If-Match` say. It follows from the table of routes: an object that
// has versions is one that a route changes by PATCH, and whatever lies below its path is about it.

import { GhostError } from "@ghostllm/contract";
import { adminRouteList, changingRoute, changingWhatIsMade } from "@ghostllm/contract/routes";
import type { AdminRoute } from "@ghostllm/contract/routes";
import type { IncomingHttpHeaders } from "node:http";
import type { Expectation } from "#control/store/units/unit-store.ts";
import { kindOfGroup } from "./change-of.ts";

export interface VersionedObject {
  readonly kind: string;
  readonly id: string;
}

/** Service accounts are users, as the store keeps them. */
const otherKinds: Readonly<Record<string, string>> = { service_account: "user" };

interface PlacedRoute {
  readonly kind: string;
  /** It is the object itself that is read or changed, not something of it. */
  readonly isItself: boolean;
  /** Of the object's path. */
  readonly params: readonly string[];
}

const places = new Map(adminRouteList.map((route) => [route.id, placeOf(route)]));

function placeOf(route: AdminRoute): PlacedRoute | null {
  const changing = changingRoute(adminRouteList, route);
  return (
    changing && { kind: kindOf(changing), isItself: route.path === changing.path, params: paramsOf(changing.path) }
  );
}

function paramsOf(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}

function kindOf({ id, path }: AdminRoute): string {
  // `/admin/teams/{id}/members/{user_id}` changes a member.
  if (paramsOf(path).length > 1) return path.split("/").at(-2)?.replace(/s$/, "") ?? "";
  const [group = ""] = id.split(".");
  const kind = kindOfGroup(group);
  return otherKinds[kind] ?? kind;
}

/** Null for a route that is about none, or about one that nobody changes. */
export function objectOf({ id }: AdminRoute, params: unknown): VersionedObject | null {
  const place = places.get(id) ?? null;
  return place && { kind: place.kind, id: place.params.map((name) => textOf(params, name)).join("/") };
}

/** Does the answer show the object that the route is about, as it is? */
export function showsObject({ id, method }: AdminRoute): boolean {
  return method !== "DELETE" && places.get(id)?.isItself === true;
}

/** What a route has made, by its answer. */
export function madeBy(route: AdminRoute, params: unknown, answer: unknown): VersionedObject | null {
  const changing = changingWhatIsMade(adminRouteList, route);
  if (changing === null) return null;
  const [own, ...others] = paramsOf(changing.path).toReversed();
  const ids = [...others.toReversed().map((name) => textOf(params, name)), textOf(answer, own ?? "")];
  return { kind: kindOf(changing), id: ids.join("/") };
}

function textOf(value: unknown, name: string): string {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === "string" ? found : "";
}

export function toEtag(version: string): string {
  return `"${version}"`;
}

/** Null where nothing is expected: there is no header, or any version will do. What weakens an ETag on its way does not matter. */
export function expectedBy(headers: IncomingHttpHeaders, object: VersionedObject | null): Expectation | null {
  const given = headers["if-match"]?.trim();
  if (given === undefined || given === "*") return null;
  const versions = given.split(",").map((tag) => /^(?:W\/)?"([^"]*)"$/.exec(tag.trim())?.[1]);
  if (versions.includes(undefined)) throw notAnEtag(given);
  if (object === null)
    throw new GhostError("precondition_failed", "This has no ETag: leave If-Match out", { param: "If-Match" });
  return { ...object, versions: versions.filter((version) => version !== undefined) };
}

function notAnEtag(given: string): GhostError {
  const message = `Send the ETag as it was answered, with its quotes, or *; not ${given.slice(0, 100)}`;
  return new GhostError("invalid_request_error", message, { param: "If-Match" });
}
