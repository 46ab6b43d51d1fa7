import { z } from "zod";
import { teamRoleNames } from "#access/permissions.ts";
import { id, idParams, listOf, namedQuery, openEnum, removed, time } from "./fields.ts";
import { roleName } from "./roles.ts";
import { defineRoutes } from "./route.ts";

const label = z.string().trim().min(1).max(60).describe("What the button of the sign-in page says.");
const issuer = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .describe("As the issuer names itself: `/.well-known/openid-configuration` is looked for below it.");
const clientId = z.string().min(1).max(300);
const clientSecret = z.string().min(1).max(2_000);
const claimName = z.string().min(1).max(200);
const group = z.string().min(1).max(300);

const claims = z
  .object({
    email: claimName,
    name: claimName,
    groups: claimName.describe(
      "Of a list of names, or of a text with one. Dots lead into objects, such as `realm_access.roles`.",
    ),
  })
  .describe("In which claims of the ID token, or of the answer about the user, these are.")
  .meta({ id: "SignInClaims" });

const claimsInput = z
  .strictObject({ email: claimName.optional(), name: claimName.optional(), groups: claimName.optional() })
  .meta({ id: "SignInClaimsInput" });

const scopes = z
  .array(
    z
      .string()
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "A scope has no spaces")
      .max(200),
  )
  .max(30)
  .refine((names) => names.includes("openid"), "`openid` must be among them");

// The part behind the @, or `*`.
const domain = z
  .string()
  .toLowerCase()
  .regex(/^(?:\*|[^\s@]+)$/, "Give what stands behind the @ of an e-mail address, or *")
  .max(253);

const groupRole = <Role extends z.ZodType>(role: Role) => z.strictObject({ group, role });

const about = {
  provision: "E-mail domains whose people become users at their first sign-in; `*` is any, and none is nobody.",
  trusts:
    "The issuer's e-mail addresses count as verified where it says nothing of that, as Entra ID does. Only for issuers whose administrators set all addresses.",
  roles: "The first whose group somebody is in gives his role, at every sign-in. Without any, roles are set by hand.",
  teams:
    "Who is in such a group is in the team, as what `role` says, for as long as he is in it: at every sign-in anew. Teams that are not named are not touched.",
  fallback: "Of new users, and of whom no group of `group_roles` has.",
};

const method = z
  .object({
    ...{ id, label: z.string(), issuer: z.string(), client_id: z.string() },
    has_client_secret: z.boolean(),
    scopes: z.array(z.string()),
    claims,
    trusts_email: z.boolean().describe(about.trusts),
    provision_domains: z.array(z.string()).describe(about.provision),
    group_roles: z.array(z.object({ group: z.string(), role: z.string() })).describe(about.roles),
    group_teams: z
      .array(z.object({ group: z.string(), team_id: id, role: openEnum(teamRoleNames) }))
      .describe(about.teams),
    default_role: z.string().describe(about.fallback),
    is_active: z.boolean(),
    ...{ created_at: time, updated_at: time },
  })
  .meta({ id: "SignInMethod" });

const groupRoles = z.array(groupRole(roleName)).max(200);
export const groupTeams = z
  .array(z.strictObject({ group, team_id: id, role: z.enum(teamRoleNames).default("member") }))
  .max(500);
const domains = z.array(domain).max(100);

const create = z
  .strictObject({
    ...{ label, issuer, client_id: clientId },
    client_secret: clientSecret.nullable().default(null).describe("Null for a public client, which has none."),
    scopes: scopes.default(["openid", "email", "profile"]),
    claims: claimsInput.default({}),
    trusts_email: z.boolean().default(false).describe(about.trusts),
    provision_domains: domains.default([]).describe(about.provision),
    group_roles: groupRoles.default([]).describe(about.roles),
    group_teams: groupTeams.default([]).describe(about.teams),
    default_role: roleName.default("member").describe(about.fallback),
    is_active: z.boolean().default(true),
  })
  .meta({ id: "SignInMethodCreate" });

const update = z
  .strictObject({
    label: label.optional(),
    issuer: issuer.optional(),
    client_id: clientId.optional(),
    client_secret: clientSecret
      .nullable()
      .optional()
      .describe("It is for the issuer it was given for: another one needs it anew."),
    scopes: scopes.optional(),
    claims: claimsInput.optional(),
    trusts_email: z.boolean().optional(),
    provision_domains: domains.optional(),
    group_roles: groupRoles.optional(),
    group_teams: groupTeams.optional(),
    default_role: roleName.optional(),
    is_active: z.boolean().optional().describe("False ends all sessions that were begun by it."),
  })
  .meta({ id: "SignInMethodUpdate" });

const test = z
  .object({
    ok: z.boolean(),
    fault: z.string().nullable(),
    issuer: z.string().nullable().describe("As it names itself."),
    signs_out: z.boolean().describe("It is told when somebody signs out here."),
  })
  .meta({ id: "SignInMethodTest" });

const tag = "Sign-in methods";

export const signInMethodRoutes = defineRoutes({
  list: {
    id: "signInMethods.list",
    tag,
    permission: "sign_in_methods.read",
    method: "GET",
    path: "/admin/sign-in-methods",
    query: namedQuery("the label or the issuer"),
    response: listOf(method),
    status: 200,
    summary: "List sign-in methods",
    description: "Issuers (OpenID Connect) by which people may sign in, oldest first, without their secrets.",
  },
  create: {
    id: "signInMethods.create",
    tag,
    permission: "sign_in_methods.create",
    method: "POST",
    path: "/admin/sign-in-methods",
    body: create,
    response: method,
    status: 201,
    summary: "Add a sign-in method",
    description:
      "The issuer must be told the address to lead back to: that of the console, with `sign-in/return` behind it. Issuers are asked over HTTPS, but for those of this machine, and only where `egress` lets the server ask.",
  },
  get: {
    id: "signInMethods.get",
    tag,
    permission: "sign_in_methods.read",
    method: "GET",
    path: "/admin/sign-in-methods/{id}",
    params: idParams,
    response: method,
    status: 200,
    summary: "Read a sign-in method",
    description: "Without its secret.",
  },
  update: {
    id: "signInMethods.update",
    tag,
    permission: "sign_in_methods.update",
    method: "PATCH",
    path: "/admin/sign-in-methods/{id}",
    params: idParams,
    body: update,
    response: method,
    status: 200,
    summary: "Change a sign-in method",
    description: "Fields left out stay as they are. Rights follow at the next sign-in of each user.",
  },
  remove: {
    id: "signInMethods.remove",
    tag,
    permission: "sign_in_methods.remove",
    method: "DELETE",
    path: "/admin/sign-in-methods/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a sign-in method",
    description: "Ends all sessions that were begun by it. The users stay.",
  },
  test: {
    id: "signInMethods.test",
    tag,
    permission: "sign_in_methods.update",
    method: "POST",
    path: "/admin/sign-in-methods/{id}/test",
    params: idParams,
    response: test,
    status: 200,
    summary: "Ask an issuer what it is",
    description: "Reads its configuration anew. Whether it knows the client only a sign-in shows.",
  },
});
