import { z } from "zod";
import { teamRoleNames } from "#access/permissions.ts";
import { models } from "./key-permissions.ts";
import {
  declaredIn,
  id,
  idParams,
  limits,
  limitsInput,
  listOf,
  namedQuery,
  openEnum,
  removed,
  time,
  usd,
  usdNotNegative,
} from "./fields.ts";
import { scopeBudget, scopeBudgetsInput } from "./budget-fields.ts";
import { privacyInput, privacyOf } from "./privacy.ts";
import { defineRoutes } from "./route.ts";
import { storedOf, storePrompts } from "./stored-prompts.ts";

const team = z
  .object({
    id,
    organisation_id: id.nullable().describe("Null for a team of no organisation."),
    name: z.string(),
    models: models.describe("What its keys may use at most, whatever they allow themselves; null is every model."),
    limits,
    budget_usd: usd.nullable().describe("Total that all keys of the team may spend together; null is unlimited."),
    spent_usd: usd,
    budgets: z.array(scopeBudget).describe("Beside `budget_usd`."),
    privacy: privacyOf("team"),
    store_prompts: storedOf.describe(
      "What is stored of the texts of requests of its keys, sealed, where they say nothing of it themselves.",
    ),
    members: z.int().describe("How many people are in it."),
    keys: z.int().describe("How many keys of it work."),
    members_make_keys: z.boolean().describe("Its members may make keys of their own in it."),
    declared: declaredIn,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Team" });

const name = z.string().trim().min(1).max(100);

const teamCreate = z
  .strictObject({
    name,
    organisation_id: id.nullable().default(null).describe("It cannot be changed later."),
    models: models.default(null),
    members_make_keys: z.boolean().default(false),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().default(null),
    budgets: scopeBudgetsInput.optional(),
    privacy: privacyInput.nullable().default(null),
    store_prompts: storePrompts.default("nothing"),
  })
  .meta({ id: "TeamCreate" });

const teamUpdate = z
  .strictObject({
    name: name.optional(),
    models: models.optional(),
    members_make_keys: z.boolean().optional(),
    limits: limitsInput.optional(),
    budget_usd: usdNotNegative.nullable().optional(),
    budgets: scopeBudgetsInput.optional(),
    privacy: privacyInput.nullable().optional(),
    store_prompts: storePrompts.optional(),
  })
  .meta({ id: "TeamUpdate" });

const member = z
  .object({
    user_id: id,
    email: z.string(),
    username: z.string(),
    role: openEnum(teamRoleNames).describe("What the user is in this team."),
    joined_at: time,
  })
  .meta({ id: "TeamMember" });

const role = z.enum(teamRoleNames);

const memberAdd = z
  .strictObject({
    user_id: id
      .optional()
      .describe("One whom the caller may see, or anybody where he sees to the members of all teams."),
    email: z
      .string()
      .trim()
      .min(1)
      .max(254)
      .optional()
      .describe("In place of `user_id`: the whole address, by which alone others are found."),
    role: role.default("member"),
  })
  .refine(({ user_id: userId, email }) => (userId === undefined) !== (email === undefined), {
    path: ["user_id"],
    message: "Give the user_id or the email of the user, and not both",
  })
  .meta({ id: "TeamMemberAdd" });
const memberUpdate = z.strictObject({ role }).meta({ id: "TeamMemberUpdate" });
const memberParams = z.strictObject({ id, user_id: id });

const tag = "Teams";

export const teamRoutes = defineRoutes({
  list: {
    id: "teams.list",
    tag,
    permission: "teams.read",
    method: "GET",
    path: "/admin/teams",
    query: namedQuery("the name").extend({
      organisation_id: id.optional(),
      user_id: id.optional().describe("Those that one is in."),
    }),
    response: listOf(team),
    status: 200,
    summary: "List teams",
    description: "Oldest first.",
  },
  create: {
    id: "teams.create",
    tag,
    permission: "teams.create",
    method: "POST",
    path: "/admin/teams",
    body: teamCreate,
    response: team,
    status: 201,
    summary: "Create a team",
    description: "Names are unique; 409 where one is taken.",
  },
  get: {
    id: "teams.get",
    tag,
    permission: "teams.read",
    method: "GET",
    path: "/admin/teams/{id}",
    params: idParams,
    response: team,
    status: 200,
    summary: "Read a team",
    description: "With what all its keys have spent, to within the draining of the journal.",
  },
  update: {
    id: "teams.update",
    tag,
    permission: "teams.update",
    method: "PATCH",
    path: "/admin/teams/{id}",
    params: idParams,
    body: teamUpdate,
    response: team,
    status: 200,
    summary: "Change a team",
    description: "Fields left out stay as they are. In force for all its keys when the answer is there.",
  },
  remove: {
    id: "teams.remove",
    tag,
    permission: "teams.remove",
    method: "DELETE",
    path: "/admin/teams/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a team",
    description:
      "409 as long as keys of it work. Who is in it stays a user, and keys that were revoked stay without a team. Usage records keep its id.",
  },
  members: {
    id: "teams.members",
    tag,
    permission: "teams.read",
    method: "GET",
    path: "/admin/teams/{id}/members",
    params: idParams,
    query: namedQuery("the name or the e-mail address"),
    response: listOf(member),
    status: 200,
    summary: "List who is in a team",
    description: "In the order in which the users were made.",
  },
  addMember: {
    id: "teams.addMember",
    tag,
    permission: "members.manage",
    method: "POST",
    path: "/admin/teams/{id}/members",
    params: idParams,
    body: memberAdd,
    response: member,
    status: 201,
    summary: "Take a user into a team",
    description:
      "By his id, or by his e-mail address: name one of them. Whoever manages a team only finds others by their address. 409 for one who is in it.",
  },
  updateMember: {
    id: "teams.updateMember",
    tag,
    permission: "members.manage",
    method: "PATCH",
    path: "/admin/teams/{id}/members/{user_id}",
    params: memberParams,
    body: memberUpdate,
    response: member,
    status: 200,
    summary: "Change what a user is in a team",
    description: "In force when the answer is there.",
  },
  removeMember: {
    id: "teams.removeMember",
    tag,
    permission: "members.manage",
    method: "DELETE",
    path: "/admin/teams/{id}/members/{user_id}",
    params: memberParams,
    response: removed,
    status: 200,
    summary: "Take a user out of a team",
    description: "The user's own keys of this team are revoked with it.",
  },
});
