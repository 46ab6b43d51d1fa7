import { z } from "zod";
import { teamRoleNames } from "#access/permissions.ts";
import { id, idParams, listOf, openEnum, pageQuery, time } from "./fields.ts";
import { grantsTold } from "./roles.ts";
import { defineRoutes } from "./route.ts";
import { user } from "./users.ts";

const session = z
  .object({
    token: z.string().describe("Send it as `Authorization: Bearer`."),
    expires_at: time,
    user,
  })
  .meta({ id: "Session" });

export const browserSession = session.omit({ token: true }).meta({ id: "BrowserSession" });

const credentials = z
  .strictObject({
    email: z.string().min(1).max(254).toLowerCase(),
    password: z.string().min(1).max(1000),
    code: z.string().min(1).max(40).optional().describe("Of the second factor, where the user has one."),
  })
  .meta({ id: "Credentials" });

const me = z
  .object({
    via: openEnum(["admin_key", "session", "api_key"]).describe("What the caller has proven himself with."),
    role: z.string().describe("Its name."),
    user: user.nullable().describe("Null for the admin key, which belongs to nobody."),
    permissions: grantsTold,
    teams: z
      .array(
        z.object({
          ...{ id, name: z.string(), role: openEnum(teamRoleNames) },
          permissions: z.array(z.string()).describe("What the caller may there, with what is of the team."),
          makes_keys: z.boolean().describe("The caller may make keys of his own in it."),
        }),
      )
      .describe("That the caller is in, and what he is there. What follows from that is in `permissions`, too."),
    expires_at: time.nullable().describe("When the session ends by itself; null for keys."),
    must_set_up_second_factor: z.boolean().describe("Before anything else: all other routes are refused."),
  })
  .meta({ id: "Me" });

const sessionOfUser = z
  .object({
    ...{ id, user_id: id },
    method: openEnum(["password", "passkey", "issuer"]).describe("How the user has signed in."),
    browser: z.boolean().describe("In the console, and not by the API."),
    address: z.string().describe("Of the client; empty where it is not known."),
    user_agent: z.string(),
    created_at: time,
    seen_at: time.describe("When it was last used, to within a minute."),
    expires_at: time,
    is_current: z.boolean().describe("It is the session that asks."),
  })
  .meta({ id: "SessionOfUser" });

const tag = "Sessions";

export const sessionRoutes = defineRoutes({
  create: {
    id: "sessions.create",
    tag,
    permission: "public",
    method: "POST",
    path: "/admin/sessions",
    body: credentials,
    response: session,
    status: 201,
    summary: "Sign in",
    description:
      "Answers a token for twelve hours. Who has a second factor and sends no code is answered 401 `second_factor_required`; of whom a second factor is asked and who has a passkey alone 401 `passkey_required`. Repeated failures are answered 429 for a while.",
  },
  createForBrowser: {
    id: "sessions.createForBrowser",
    tag,
    permission: "public",
    method: "POST",
    path: "/admin/browser-sessions",
    body: credentials,
    response: browserSession,
    status: 201,
    summary: "Sign in to the console",
    description:
      "As above, for pages of this server: the token is in a cookie that no script can read, and that works for them alone.",
  },
  end: {
    id: "sessions.end",
    tag,
    permission: "self.read",
    duringSetUp: true,
    method: "DELETE",
    path: "/admin/sessions/current",
    query: z.strictObject({
      return_url: z
        .url({ protocol: /^https?$/ })
        .max(2_000)
        .optional()
        .describe("Where the issuer, if it was one, leads back to."),
    }),
    response: z
      .object({
        deleted: z.literal(true),
        issuer_url: z
          .string()
          .nullable()
          .describe("To go to, so that the issuer ends its session as well; null where there is none."),
      })
      .meta({ id: "SessionEnded" }),
    status: 200,
    summary: "Sign out",
    description: "Ends the session whose token or cookie is sent. Other sessions of the user go on.",
  },
  list: {
    id: "sessions.list",
    tag,
    permission: "sessions.read",
    method: "GET",
    path: "/admin/sessions",
    query: pageQuery.extend({ user_id: id.optional() }),
    response: listOf(sessionOfUser),
    status: 200,
    summary: "List sessions",
    description: "Those that go on, oldest first; without `sessions.read` for all, one's own.",
  },
  remove: {
    id: "sessions.remove",
    tag,
    permission: "sessions.end",
    method: "DELETE",
    path: "/admin/sessions/{id}",
    params: idParams,
    response: z.object({ id, user_id: id, deleted: z.literal(true) }).meta({ id: "SessionRemoved" }),
    status: 200,
    summary: "End a session",
    description: "Its token and its cookie are worth nothing from then on, at every instance.",
  },
  removeOfUser: {
    id: "sessions.removeOfUser",
    tag,
    permission: "sessions.end",
    method: "DELETE",
    path: "/admin/users/{id}/sessions",
    params: idParams,
    response: z.object({ user_id: id, ended: z.int().nonnegative() }).meta({ id: "SessionsRemoved" }),
    status: 200,
    summary: "End all sessions of a user",
    description: "Keys of the user go on working.",
  },
  me: {
    id: "sessions.me",
    tag,
    permission: "self.read",
    duringSetUp: true,
    method: "GET",
    path: "/admin/me",
    response: me,
    status: 200,
    summary: "Who am I",
    description: "The caller as GhostLLM sees it.",
  },
});
