import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { SessionRow } from "#control/store/session-store.ts";
import type { UserRow } from "#control/store/store.ts";
import { WrongCredentials, type Attempt } from "#control/sessions/sessions.ts";
import type { Actor } from "#domain/access/actor.ts";
import { effectiveGrants, permissionsInTeam } from "#domain/access/granting.ts";
import { mayHoldKeys } from "#domain/access/roles.ts";
import { deed } from "#domain/audit.ts";
import { draftEvent } from "#domain/event.ts";
import { found, invalid, toTime } from "./fields.ts";
import { readPage } from "./pagination.ts";
import type { Browser, Resource, ResourceDependencies } from "./resource.ts";
import { toApiUser } from "./users.ts";

type ApiMe = RouteAnswer<AdminRoutes["sessions"]["me"]>;
type ApiSession = RouteAnswer<AdminRoutes["sessions"]["list"]>["data"][number];

export function createSessionsResource(deps: ResourceDependencies): Resource<"sessions"> {
  return { ...signingIn(deps), ...listingOf(deps) };
}

function signingIn(
  deps: ResourceDependencies,
): Pick<Resource<"sessions">, "create" | "createForBrowser" | "end" | "me"> {
  const { sessions, issuerSignIn, store } = deps;
  return {
    async create({ body, address, userAgent }) {
      const { token, expiresAt, user } = await signIn(deps, { ...body, address, userAgent, isBrowser: false });
      return { token, expires_at: toTime(expiresAt), user: toApiUser(user) };
    },

    async createForBrowser({ body, address, userAgent, browser }) {
      browser.refuseOtherPages();
      const { token, expiresAt, user } = await signIn(deps, { ...body, address, userAgent, isBrowser: true });
      browser.keepSession(token, expiresAt);
      return { expires_at: toTime(expiresAt), user: toApiUser(user) };
    },

    async end({ actor: { session }, query: { return_url: returnUrl }, browser }) {
      if (session === null)
        throw new GhostError("invalid_request_error", "Only a session can be signed out, and this is a key");
      if (returnUrl !== undefined) refuseForeign(returnUrl, browser);
      const issuerUrl = await issuerSignIn.endUrl(session.id, returnUrl);
      await sessions.signOut(session);
      browser.forgetSession();
      return { deleted: true, issuer_url: issuerUrl };
    },

    async me({ actor, reach }) {
      const { via, role, userId, session, memberships } = actor;
      const user = userId === null ? null : found(await store.users.find(userId, reach), "user", userId);
      const expiresAt = session === null ? null : toTime(session.expiresAt);
      return {
        ...{ via, role, user: user && toApiUser(user), permissions: effectiveGrants(actor), expires_at: expiresAt },
        must_set_up_second_factor: actor.isConfined === true,
        teams: memberships.length === 0 || userId === null ? [] : await teamsOf(deps, actor, userId),
      };
    },
  };
}

async function teamsOf({ store }: ResourceDependencies, actor: Actor, userId: string): Promise<ApiMe["teams"]> {
  const { grants, memberships } = actor;
  const teams = await store.teams.list({ userId, limit: memberships.length }, "all");
  return teams.flatMap(({ id, name, membersMakeKeys }) => {
    const role = memberships.find(({ teamId }) => teamId === id)?.role;
    if (role === undefined) return [];
    const makesKeys = grants["own_keys.manage"] !== undefined && membersMakeKeys && mayHoldKeys(role);
    return [{ id, name, role, permissions: permissionsInTeam(actor, id), makes_keys: makesKeys }];
  });
}

function listingOf({ store }: ResourceDependencies): Pick<Resource<"sessions">, "list" | "remove" | "removeOfUser"> {
  return {
    list: ({ query: { user_id: userId, ...page }, actor, reach }) =>
      readPage(
        page,
        (next) => store.sessions.list({ ...next, ...(userId !== undefined && { userId }) }, reach),
        (row) => toApiSession(row, actor),
      ),

    async remove({ params: { id }, reach }) {
      const { userId } = found(await store.sessions.end(id, reach), "session", id);
      return { id, user_id: userId, deleted: true };
    },

    async removeOfUser({ params: { id }, reach }) {
      const isReached = reach === "all" || reach.some((scope) => scope.kind === "user" && scope.id === id);
      const user = isReached ? await store.users.find(id, "all") : undefined;
      found(user, "user", id);
      return { user_id: id, ended: await store.sessions.endOf(id) };
    },
  };
}

function toApiSession(row: SessionRow, { session }: Actor): ApiSession {
  return {
    ...{ id: row.id, user_id: row.userId, method: methodOf(row) },
    ...{ browser: row.isBrowser, address: row.address, user_agent: row.userAgent },
    ...{ created_at: toTime(row.createdAt), seen_at: toTime(row.seenAt), expires_at: toTime(row.expiresAt) },
    is_current: row.id === session?.id,
  };
}

/** Issuers are told by none of their ids. */
function methodOf({ method }: SessionRow): ApiSession["method"] {
  return method === "password" || method === "passkey" ? method : "issuer";
}

function refuseForeign(returnUrl: string, browser: Browser): void {
  if (!browser.isOwnAddress(new URL(returnUrl))) throw invalid("return_url", "It must be a page of this server");
}

type SignInDependencies = Pick<ResourceDependencies, "sessions" | "store" | "notes" | "clock" | "log">;

async function signIn(deps: SignInDependencies, attempt: Attempt) {
  try {
    const issued = await deps.sessions.signIn(attempt);
    await tellLogin(deps, issued.user, { address: attempt.address, browser: attempt.isBrowser });
    return issued;
  } catch (error) {
    noteFailedSignIn(deps, error, "password");
    throw error;
  }
}

const isAskedForMore: ReadonlySet<string> = new Set(["second_factor_required", "passkey_required"]);

/** What was typed as the address of an account that is not there may be a password: it is told nowhere. */
export function noteFailedSignIn(
  { notes }: Pick<ResourceDependencies, "notes">,
  error: unknown,
  method: "password" | "issuer" | "passkey",
): void {
  // Who is asked for more has not failed.
  if (!(error instanceof GhostError) || isAskedForMore.has(error.code)) return;
  const account = error instanceof WrongCredentials ? error.account : null;
  const reason = error instanceof WrongCredentials && error.reason !== null ? { reason: error.reason } : {};
  const object = { kind: "user", id: account?.id ?? null, name: account?.email ?? "" };
  const outcome = error.code === "invalid_api_key" ? "failed" : "refused";
  notes.note(deed("session.failed", object, { outcome, details: { code: error.code, method, ...reason } }));
}

/** That nobody can be told of it keeps nobody out. */
export async function tellLogin(
  { store, clock, log }: Pick<ResourceDependencies, "store" | "clock" | "log">,
  { id: userId, username }: Pick<UserRow, "id" | "username">,
  how: { readonly address: string; readonly browser: boolean },
): Promise<void> {
  const event = draftEvent("user.login", { happenedAt: clock.now(), userId }, { user_id: userId, username, ...how });
  try {
    await store.events.add([event]);
  } catch (error) {
    log.error({ err: error, userId }, "The event of a sign-in could not be stored");
  }
}
