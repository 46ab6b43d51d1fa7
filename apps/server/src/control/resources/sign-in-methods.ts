import { GhostError, newId } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { methodBinding } from "#control/sign-in/issuer-clients.ts";
import { faultOfIssuer } from "#control/sign-in/issuer-url.ts";
import type { SignInMethodChange, SignInMethodRow } from "#control/store/sign-in/sign-in-store.ts";
import type { GroupTeam } from "#domain/access/group-roles.ts";
import type { Actor } from "#domain/access/actor.ts";
import { roles } from "#domain/access/roles.ts";
import { Secret } from "#domain/secret.ts";
import { found, invalid, notFound, toTime } from "./fields.ts";
import { refuseMore, refuseUnknownRoles } from "./handing-on.ts";
import { readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiMethod = RouteAnswer<AdminRoutes["signInMethods"]["get"]>;
type MethodUpdate = Parameters<Resource<"signInMethods">["update"]>[0]["body"];
type Dependencies = Pick<ResourceDependencies, "store" | "encryption" | "egress" | "issuerSignIn">;

const mostMethods = 50;
const orders = { name: (row: SignInMethodRow) => row.label };
const usualClaims = { email: "email", name: "name", groups: "groups" };

export function createSignInMethodsResource(deps: Dependencies): Resource<"signInMethods"> {
  const { store, issuerSignIn } = deps;
  const { signIn } = store;
  const find = async (id: string): Promise<SignInMethodRow> => found(await signIn.find(id), "sign-in method", id);
  return {
    list: ({ query }) => readNamed(query, orders, (page) => signIn.list(page), toApi),
    async create({ body, actor }) {
      await refuseMethod(store, actor, body);
      return create(deps, body);
    },
    get: async ({ params: { id } }) => toApi(await find(id)),

    async update({ params: { id }, body, actor }) {
      const before = await find(id);
      await refuseMethod(store, actor, body);
      checkMove(before, body, deps);
      const change = await toChange(before, body, deps);
      return toApi(found(await signIn.update(id, change), "sign-in method", id));
    },

    async remove({ params: { id } }) {
      if (!(await signIn.remove(id))) throw notFound("sign-in method", id);
      return { id, deleted: true };
    },

    async test({ params: { id } }) {
      const method = await find(id);
      try {
        const { issuer, end_session_endpoint: end } = await issuerSignIn.look(method);
        const fault = issuer.includes("{tenantid}") ? manyTenants : null;
        return { ok: fault === null, fault, issuer, signs_out: end !== undefined };
      } catch (error) {
        if (!(error instanceof GhostError)) throw error;
        return { ok: false, fault: error.message, issuer: null, signs_out: false };
      }
    },
  };
}

const manyTenants =
  "This address is for all organisations of Microsoft. Give that of your own: it has your tenant's id in it";

/** Whoever names an issuer can have it vouch for everybody: that is for those who may do everything, as are the roles it gives. */
async function refuseMethod(
  store: Dependencies["store"],
  actor: Actor,
  given: Pick<MethodUpdate, "group_roles" | "default_role">,
): Promise<void> {
  refuseMore(actor, roles.admin, "Whoever an issuer vouches for");
  await refuseUnknownRoles(store, given);
}

type MethodCreate = Parameters<Resource<"signInMethods">["create"]>[0]["body"];

async function create({ store, encryption, egress }: Dependencies, body: MethodCreate): Promise<ApiMethod> {
  checkIssuer(body.issuer, egress);
  if ((await store.signIn.list({ limit: mostMethods })).length >= mostMethods)
    throw new GhostError("conflict", `There are ${mostMethods} sign-in methods already: delete one that is not needed`);
  const id = newId();
  const { client_secret: secret } = body;
  const row = await store.signIn.create({
    ...{ id, label: body.label, issuer: body.issuer, clientId: body.client_id, scopes: body.scopes },
    clientSecretEncrypted: secret === null ? null : await encryption.seal(new Secret(secret), methodBinding(id)),
    ...{ claims: mergeClaims(usualClaims, body.claims), trustsEmail: body.trusts_email },
    ...{ provisionDomains: body.provision_domains, groupRoles: body.group_roles, defaultRole: body.default_role },
    groupTeams: body.group_teams.map(toGroupTeam),
    isActive: body.is_active,
  });
  return toApi(row);
}

function checkIssuer(issuer: string, egress: Dependencies["egress"]): void {
  const fault = faultOfIssuer(issuer, egress);
  if (fault !== null) throw invalid("issuer", fault);
}

/** What is stored of an issuer is for that issuer alone. */
function checkMove(before: SignInMethodRow, { issuer, client_secret: secret }: MethodUpdate, deps: Dependencies): void {
  if (issuer === undefined || issuer === before.issuer) return;
  checkIssuer(issuer, deps.egress);
  if (before.clientSecretEncrypted !== null && secret === undefined)
    throw invalid("client_secret", `The stored secret is for ${before.issuer}: give it anew, or null to have none`);
}

async function toChange(
  before: SignInMethodRow,
  body: MethodUpdate,
  { encryption }: Dependencies,
): Promise<SignInMethodChange> {
  const { client_secret: secret } = body;
  const seal = (text: string): Promise<string> => encryption.seal(new Secret(text), methodBinding(before.id));
  return {
    ...(body.label !== undefined && { label: body.label }),
    ...(body.issuer !== undefined && { issuer: body.issuer }),
    ...(body.client_id !== undefined && { clientId: body.client_id }),
    ...(secret !== undefined && { clientSecretEncrypted: secret === null ? null : await seal(secret) }),
    ...(body.scopes !== undefined && { scopes: body.scopes }),
    ...(body.claims !== undefined && { claims: mergeClaims(before.claims, body.claims) }),
    ...(body.trusts_email !== undefined && { trustsEmail: body.trusts_email }),
    ...(body.provision_domains !== undefined && { provisionDomains: body.provision_domains }),
    ...(body.group_roles !== undefined && { groupRoles: body.group_roles }),
    ...(body.group_teams !== undefined && { groupTeams: body.group_teams.map(toGroupTeam) }),
    ...(body.default_role !== undefined && { defaultRole: body.default_role }),
    ...(body.is_active !== undefined && { isActive: body.is_active }),
  };
}

function mergeClaims(present: SignInMethodRow["claims"], given: NonNullable<MethodUpdate["claims"]>) {
  const { email = present.email, name = present.name, groups = present.groups } = given;
  return { email, name, groups };
}

interface ApiGroupTeam extends Omit<GroupTeam, "teamId"> {
  readonly team_id: string;
}

export function toGroupTeam({ team_id: teamId, ...rest }: ApiGroupTeam): GroupTeam {
  return { ...rest, teamId };
}

function toApi(row: SignInMethodRow): ApiMethod {
  return {
    ...{ id: row.id, label: row.label, issuer: row.issuer, client_id: row.clientId },
    ...{ has_client_secret: row.clientSecretEncrypted !== null, scopes: [...row.scopes], claims: row.claims },
    ...{ trusts_email: row.trustsEmail, provision_domains: [...row.provisionDomains] },
    group_teams: row.groupTeams.map(({ group, teamId, role }) => ({ group, team_id: teamId, role })),
    ...{ group_roles: [...row.groupRoles], default_role: row.defaultRole, is_active: row.isActive },
    ...{ created_at: toTime(row.createdAt), updated_at: toTime(row.updatedAt) },
  };
}
