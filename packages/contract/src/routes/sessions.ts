import { z } from "zod";
import { roleNames } from "#access/permissions.ts";
import type { Permission } from "#access/permissions.ts";
import { openEnum, time, type Open } from "./fields.ts";
import { defineRoutes } from "./route.ts";
import { user } from "./users.ts";

const session = z
  .object({
    token: z.string().describe("Send it as `Authorization: Bearer`."),
    expires_at: time,
    user,
  })
  .meta({ id: "Session" });

const browserSession = session.omit({ token: true }).meta({ id: "BrowserSession" });

const credentials = z
  .strictObject({ email: z.string().min(1).max(254).toLowerCase(), password: z.string().min(1).max(1000) })
  .meta({ id: "Credentials" });

const extents = ["all", "own"] as const;

/** Open, since a newer server may know more permissions. */
const granted: z.ZodType<Readonly<Partial<Record<Permission, Open<(typeof extents)[number]>>>>> = z
  .record(z.string(), openEnum(extents))
  .describe("What the caller may do, for everything or for what is his own. What is not here he may not.");

const me = z
  .object({
    via: openEnum(["admin_key", "session", "api_key"]).describe("What the caller has proven himself with."),
    role: openEnum(roleNames),
    user: user.nullable().describe("Null for the admin key, which belongs to nobody."),
    permissions: granted,
    expires_at: time.nullable().describe("When the session ends by itself; null for keys."),
  })
  .meta({ id: "Me" });

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
    description: "Answers a token for twelve hours. Repeated failures are answered 429 for a while.",
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
    method: "DELETE",
    path: "/admin/sessions/current",
    response: z.object({ deleted: z.literal(true) }).meta({ id: "SessionEnded" }),
    status: 200,
    summary: "Sign out",
    description: "Ends the session whose token or cookie is sent. Other sessions of the user go on.",
  },
  me: {
    id: "sessions.me",
    tag,
    permission: "self.read",
    method: "GET",
    path: "/admin/me",
    response: me,
    status: 200,
    summary: "Who am I",
    description: "The caller as GhostLLM sees it.",
  },
});
