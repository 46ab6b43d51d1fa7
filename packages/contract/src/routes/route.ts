// What an admin route is. The server's binding, the typed client and the OpenAPI document are all derived from this data.

import type { z } from "zod";
import type { Permission } from "#access/permissions.ts";

export type RouteTag =
  | "Sessions"
  | "Sign-in methods"
  | "SCIM"
  | "Users"
  | "Personal data"
  | "Chat sessions"
  | "Organisations"
  | "Teams"
  | "Roles"
  | "Service accounts"
  | "API keys"
  | "Providers"
  | "Models"
  | "Cache"
  | "Prices"
  | "Aliases"
  | "Consents"
  | "Guardrails"
  | "Requests"
  | "Usage"
  | "Budgets"
  | "Alerts"
  | "Notifications"
  | "Views"
  | "Events"
  | "Webhooks"
  | "Reports"
  | "Backups"
  | "Audit"
  | "System"
  | "Certificates"
  | "Encryption"
  | "Imports"
  | "Bulk";

/** Text that is sent as it comes: it is not read whole. */
export const streamTypes = ["text/event-stream", "application/x-ndjson", "text/plain"] as const;
export type StreamType = (typeof streamTypes)[number];

export function isStreamType(mediaType: AdminRoute["mediaType"]): mediaType is StreamType {
  return streamTypes.some((type) => type === mediaType);
}

export interface AdminRoute {
  /** `group.name`, the same words by which the client and the handlers are keyed. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Parameters in braces: `/admin/users/{id}`. */
  readonly path: `/admin/${string}`;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly response: z.ZodType;
  /** Of the answer, where it is not JSON but text. */
  readonly mediaType?: "text/csv" | StreamType;
  readonly status: 200 | 201;
  readonly summary: string;
  readonly description: string;
  readonly tag: RouteTag;
  /** What the caller must be allowed; `public` is for everybody. */
  readonly permission: Permission | "public";
  /** Also for who has to set up a second factor before anything else. */
  readonly duringSetUp?: true;
}

export type RouteGroups = Readonly<Record<string, Readonly<Record<string, AdminRoute>>>>;

/** Keeps the exact types of the schemas while it checks the shape. */
export function defineRoutes<const Routes extends Readonly<Record<string, AdminRoute>>>(routes: Routes): Routes {
  return routes;
}

type Params<Route> = Route extends { readonly params: infer Schema extends z.ZodType } ? Schema : never;
type Query<Route> = Route extends { readonly query: infer Schema extends z.ZodType } ? Schema : never;
type Body<Route> = Route extends { readonly body: infer Schema extends z.ZodType } ? Schema : never;

/** What a caller passes in. Parts that the route does not have are absent. */
export type RouteInput<Route extends AdminRoute> = ([Params<Route>] extends [never]
  ? unknown
  : { readonly params: z.input<Params<Route>> }) &
  ([Query<Route>] extends [never] ? unknown : { readonly query?: z.input<Query<Route>> }) &
  ([Body<Route>] extends [never] ? unknown : { readonly body: z.input<Body<Route>> });

/** What a handler receives, parsed. */
export type ParsedInput<Route extends AdminRoute> = ([Params<Route>] extends [never]
  ? unknown
  : { readonly params: z.output<Params<Route>> }) &
  ([Query<Route>] extends [never] ? unknown : { readonly query: z.output<Query<Route>> }) &
  ([Body<Route>] extends [never] ? unknown : { readonly body: z.output<Body<Route>> });

export type RouteAnswer<Route extends AdminRoute> = z.output<Route["response"]>;
