// The session of a browser: its token is in a cookie that no script can read and no other site can send. Called by the guard
// and by the binding of the routes. Invariant: a cookie counts for nothing but a page of this very server.

import type { IncomingHttpHeaders } from "node:http";
import { GhostError } from "@ghostllm/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Browser } from "#control/resources/resource.ts";
import type { SteadyTime } from "#domain/clock.ts";

/** Browsers take a name with this prefix only for the host alone, over a connection that they trust. */
const [guardedName, plainName] = ["__Host-ghostllm-session", "ghostllm-session"] as const;

interface Asker {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** The token of the session; null where the browser has none. */
export function readSessionCookie({ cookie = "" }: IncomingHttpHeaders): string | null {
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
  return {
    refuseOtherPages: () => refuseOtherPages(request),
    keepSession: (token, expiresAt) => {
      const seconds = Math.max(0, Math.floor((expiresAt - steadyTime.now()) / 1000));
      reply.header("set-cookie", cookieOf(request.headers, token, seconds));
    },
    forgetSession: () => {
      reply.header("set-cookie", [guardedCookie("", 0), plainCookie("", 0)]);
    },
  };
}

function cookieOf({ origin = "", "user-agent": agent = "" }: IncomingHttpHeaders, token: string, seconds: number) {
  return takesGuardedCookies(origin, agent) ? guardedCookie(token, seconds) : plainCookie(token, seconds);
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

function guardedCookie(token: string, seconds: number): string {
  return `${guardedName}=${token}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Strict`;
}

function plainCookie(token: string, seconds: number): string {
  return `${plainName}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict`;
}
