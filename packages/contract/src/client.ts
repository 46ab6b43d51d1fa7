// The one typed client of the admin API: its methods, inputs and answers come from the table of routes.
// Used by the CLI and by every other program that operates GhostLLM. Runs wherever there is a `fetch`.

import { z } from "zod";
import { errorCatalogue } from "./errors.ts";
import type { ErrorCode } from "./errors.ts";
import { adminRoutes } from "./routes/admin-routes.ts";
import type { AdminRoutes } from "./routes/admin-routes.ts";
import { isStreamType } from "./routes/route.ts";
import type { AdminRoute, RouteAnswer, RouteGroups, RouteInput, StreamType } from "./routes/route.ts";

/** From the catalogue where GhostLLM answered; else no answer came, or one that is not GhostLLM's. */
export type ClientErrorCode = ErrorCode | "connection_failed" | "unexpected_answer" | "aborted";

export interface ClientErrorDetails {
  /** 0 where no answer came. */
  readonly status: number;
  readonly code: ClientErrorCode;
  readonly param?: string | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly status: number;
  readonly code: ClientErrorCode;
  readonly param: string | undefined;
  readonly requestId: string | undefined;

  constructor(message: string, { status, code, param, requestId, cause }: ClientErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.code = code;
    this.param = param;
    this.requestId = requestId;
  }
}

export interface ClientOptions {
  /** Such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** Admin key, an admin's `gk-` key, or the token of a session. Null for routes that are public. */
  readonly apiKey: string | null;
  readonly fetch?: typeof globalThis.fetch;
}

export interface CallOptions {
  /** Aborts the call: it then rejects with ClientError `aborted`. */
  readonly signal?: AbortSignal;
}

type Method<Route extends AdminRoute> =
  Record<never, never> extends RouteInput<Route>
    ? (input?: RouteInput<Route>, options?: CallOptions) => Promise<RouteAnswer<Route>>
    : (input: RouteInput<Route>, options?: CallOptions) => Promise<RouteAnswer<Route>>;

/** A stream has no answer that could be awaited: `followEvents` and `readStream` read it. */
type AnsweredOnce<Routes, Name extends keyof Routes> = Routes[Name] extends { readonly mediaType: StreamType }
  ? never
  : Name;

type MethodsOf<Groups extends RouteGroups> = {
  readonly [Group in keyof Groups]: {
    readonly [Name in keyof Groups[Group] as AnsweredOnce<Groups[Group], Name>]: Method<Groups[Group][Name]>;
  };
};

export type Client = MethodsOf<AdminRoutes>;

/** The parts of an input, as the generic caller below sees them. */
interface Parts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

export function createClient(options: ClientOptions): Client {
  const groups = Object.entries(adminRoutes).map(([group, routes]) => [group, bindGroup(routes, options)]);
  // The table is walked by name, which the compiler cannot follow; its keys and schemas are those of the type.
  return Object.fromEntries(groups) as Client;
}

function bindGroup(routes: Readonly<Record<string, AdminRoute>>, options: ClientOptions) {
  const answered = Object.entries(routes).filter(([, { mediaType }]) => !isStreamType(mediaType));
  const methods = answered.map(([name, route]) => [
    name,
    (parts: Parts = {}, call: CallOptions = {}) => callRoute(route, parts, { ...options, ...call }),
  ]);
  return Object.fromEntries(methods);
}

async function callRoute(route: AdminRoute, parts: Parts, options: ClientOptions & CallOptions): Promise<unknown> {
  const url = joinUrl(options.baseUrl, fillPath(route.path, parts.params ?? {}) + toQueryString(parts.query ?? {}));
  const response = await send(url, route, parts.body, options);
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const isText = response.ok && route.mediaType !== undefined;
  const body = await (isText ? response.text() : readJson(response)).catch((cause: unknown) => {
    throw lost(options, cause);
  });
  if (!response.ok) throw toClientError(response.status, body, requestId);
  const parsed = route.response.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ClientError(
    `${url} answered something that is not GhostLLM's admin API: ${z.prettifyError(parsed.error)}`,
    {
      status: response.status,
      code: "unexpected_answer",
      requestId,
    },
  );
}

async function send(
  url: string,
  route: AdminRoute,
  body: unknown,
  options: ClientOptions & CallOptions,
): Promise<Response> {
  const headers: Record<string, string> = { accept: route.mediaType ?? "application/json" };
  if (options.apiKey !== null) headers["authorization"] = `Bearer ${options.apiKey}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  const fetchNow = options.fetch ?? globalThis.fetch;
  try {
    return await fetchNow(url, {
      method: route.method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(options.signal !== undefined && { signal: options.signal }),
    });
  } catch (cause) {
    throw lost(options, cause);
  }
}

/** No answer came, or not the whole of it. */
export function lost({ baseUrl, signal }: ClientOptions & CallOptions, cause: unknown): ClientError {
  if (signal?.aborted === true) return new ClientError("The call was aborted", { status: 0, code: "aborted", cause });
  const message = `No GhostLLM answers at ${baseUrl}: ${reasonOf(cause)}`;
  return new ClientError(message, { status: 0, code: "connection_failed", cause });
}

/** `fetch` hides the reason, such as a refused connection, in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}

function joinUrl(baseUrl: string, path: string): string {
  return baseUrl.replace(/\/+$/, "") + path;
}

function fillPath(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function toQueryString(query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const errorBody = z.object({
  error: z.object({ message: z.string(), code: z.string(), param: z.string().nullish() }),
});

/** What an answer that is none says went wrong. */
export async function failureOf(response: Response): Promise<ClientError> {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  return toClientError(response.status, await readJson(response), requestId);
}

function toClientError(status: number, body: unknown, requestId: string | undefined): ClientError {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success || !isErrorCode(parsed.data.error.code)) {
    return new ClientError(`HTTP ${status}, without an error in GhostLLM's form`, {
      status,
      code: "unexpected_answer",
      requestId,
    });
  }
  const { message, code, param } = parsed.data.error;
  return new ClientError(message, { status, code, param: param ?? undefined, requestId });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}
