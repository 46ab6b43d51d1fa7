// The session of a browser: its token is in a cookie that no script can read and no other site can send. Called by the guard
// and by the binding of the routes. Invariant: a cookie counts for nothing but a page of this very server.

import type { IncomingHttpHeaders } from "node:http";
import { GhostError } from "@ghostllm/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { AttemptKind, Browser } from "#control/resources/resource.ts";
import type { SteadyTime } from "#domain/clock.ts";

/** Browsers take a name with this prefix only for the host alone, over a connection that they trust. */
const sessionNames = ["__Host-ghostllm-session", "ghostllm-session"] as const;
/** Of what was begun: each of its own, so that neither ends the other. */
const attemptNames = {
  issuer: ["__Host-ghostllm-sign-in", "ghostllm-sign-in"],
  passkey: ["__Host-ghostllm-passkey", "ghostllm-passkey"],
} as const satisfies Readonly<Record<AttemptKind, readonly string[]>>;

type Names = typeof sessionNames | (typeof attemptNames)[AttemptKind];

interface Asker {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** The token of the session; null where the browser has none. */
export function readSessionCookie(headers: IncomingHttpHeaders): string | null {
  return readCookie(headers, sessionNames);
}

function readCookie({ cookie = "" }: IncomingHttpHeaders, [guardedName, plainName]: Names): string | null {
  const pairs = cookie.split(";").map((pair) => pair.trim().split("=", 2));
  const valueOf = (name: string): string | undefined => pairs.find(([given]) => given === name)?.[1];
  return valueOf(guardedName) ?? valueOf(plainName) ?? null;
}

/**
 * Does a page of this server ask? Browsers say so themselves; those that do not, over plain HTTP, name the page's origin
 * with all that changes something.
 */
export function isAskedByOwnPage({ method, headers }: Asker): boolean {
  const isRead = method === "GET" || method === "HEAD";
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || (site === "none" && isRead);
  const { origin, host } = headers;
  if (origin === undefined) return isRead;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

export function refuseOtherPages(asker: Asker): void {
  if (isAskedByOwnPage(asker)) return;
  throw new GhostError(
    "permission_denied",
    "Only the console's own pages may use the session of a browser; programs send `Authorization: Bearer`. Behind a proxy, have it pass on the header Host",
  );
}

export function browserOf(request: FastifyRequest, reply: FastifyReply, steadyTime: SteadyTime): Browser {
  // Several are added to one another.
  const setCookie = (...cookies: readonly string[]): void => {
    for (const cookie of cookies) reply.header("set-cookie", cookie);
  };
  return {
    refuseOtherPages: () => refuseOtherPages(request),
    isOwnAddress: (url) => request.headers.origin !== undefined && url.origin === request.headers.origin,
    keepSession: (token, expiresAt) => {
      const seconds = Math.max(0, Math.floor((expiresAt - steadyTime.now()) / 1000));
      setCookie(cookieOf(request.headers, sessionNames, { value: token, seconds }));
    },
    forgetSession: () => setCookie(...forgotten(sessionNames)),
    origin: request.headers.origin ?? null,
    keepAttempt: (of, sealed, lifetimeMs) => {
      const seconds = Math.floor(lifetimeMs / 1000);
      setCookie(cookieOf(request.headers, attemptNames[of], { value: sealed, seconds }));
    },
    takeAttempt: (of) => {
      setCookie(...forgotten(attemptNames[of]));
      return readCookie(request.headers, attemptNames[of]);
    },
  };
}

interface Cookie {
  readonly value: string;
  readonly seconds: number;
}

function cookieOf(
  { origin = "", "user-agent": agent = "" }: IncomingHttpHeaders,
  [guardedName, plainName]: Names,
  cookie: Cookie,
): string {
  return takesGuardedCookies(origin, agent) ? guardedCookie(guardedName, cookie) : plainCookie(plainName, cookie);
}

function forgotten([guardedName, plainName]: Names): readonly string[] {
  const nothing = { value: "", seconds: 0 };
  return [guardedCookie(guardedName, nothing), plainCookie(plainName, nothing)];
}

/** From pages over HTTPS, and from those of this machine; but Safari takes none of these over plain HTTP. */
function takesGuardedCookies(origin: string, agent: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  if (protocol === "https:") return true;
  const isThisMachine = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  const isSafari = agent.includes("Safari/") && !agent.includes("Chrome/");
  return isThisMachine && !isSafari;
}

function guardedCookie(name: string, { value, seconds }: Cookie): string {
  return `${name}=${value}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Strict`;
}

function plainCookie(name: string, { value, seconds }: Cookie): string {
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict`;
}
