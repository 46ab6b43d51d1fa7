// What somebody may be allowed to do, by name. Every route of the admin API needs one of these; roles are sets of them.

/** About oneself: it may be granted for all, or for one's own. */
const aboutOneself = {
  "self.read": "See who one is, and sign out",
  "self.update": "Change how one signs in: the password, the second factor and passkeys",
  "users.export": "Take all that is stored about a user",
  "sessions.read": "List sessions: who has signed in, and from where",
  "sessions.end": "End sessions",
  "views.manage": "Save views of the console's lists, and see those that are shared",
  "chats.manage": "List, read, rename, archive and delete one's saved chats",
  "reports.manage": "Have reports of usage made at due times, of what one may see",
  "events.read": "List and follow events, of the types whose objects one may read",
  "own_keys.manage": "Make API keys of one's own in teams that let their members, and change and revoke them",
  "account_objects.manage": "List, read and delete files and batches that vendors keep",
} as const;

/** About what belongs to users and teams: it may be granted for all, for one's teams, or for one's own alone. */
const aboutOwned = {
  "users.read": "List and read users",
  "keys.read": "List and read API keys",
  "keys.create": "Create API keys",
  "keys.update": "Change API keys",
  "keys.rotate": "Give API keys a new secret, which is shown once",
  "keys.revoke": "Revoke API keys",
  "usage.read": "List and sum usage",
  "consents.read": "List and read requests that wait for consent, and what was decided of them",
  "prompts.read": "Read the stored prompts and answers of requests",
  "teams.read": "List and read teams and who is in them",
  "aliases.read": "List and read aliases: everybody's, and those of teams",
} as const;

/** About what belongs to a team and to nobody in it: it may be granted for all, or for one's teams. */
const aboutTeams = {
  "members.manage": "Say who is in a team, and as what",
  "consents.decide": "Approve and refuse requests that wait for consent",
  "service_accounts.read": "List and read service accounts",
  "service_accounts.manage": "Create, change and delete service accounts",
  "aliases.create": "Create aliases",
  "aliases.update": "Change aliases",
  "aliases.remove": "Delete aliases",
  "guardrails.read": "List and read guardrails: what is looked for in requests and answers",
  "guardrails.create": "Create guardrails",
  "guardrails.update": "Change guardrails",
  "guardrails.remove": "Delete guardrails",
} as const;

/** About what the installation has in common, or what nobody may do for himself: it is granted whole. */
const aboutInstallation = {
  "users.create": "Create users",
  "users.update": "Change users: their roles, limits, budgets and passwords",
  "users.remove": "Delete users with their keys",
  "users.erase": "Erase users: take all that tells of them out of what is stored",
  "sign_in_methods.read": "List and read sign-in methods",
  "sign_in_methods.create": "Add sign-in methods",
  "sign_in_methods.update": "Change sign-in methods, their secrets and which groups have which roles",
  "sign_in_methods.remove": "Delete sign-in methods",
  "organisations.read": "List and read organisations",
  "organisations.create": "Create organisations",
  "organisations.update": "Change organisations: their limits and budgets",
  "organisations.remove": "Delete organisations",
  "teams.create": "Create teams",
  "teams.update": "Change teams: their models, limits and budgets",
  "teams.remove": "Delete teams",
  "scim.read": "See by which tokens directories create users (SCIM), and which of their groups have which roles",
  "scim.update": "Create and revoke SCIM tokens, and set which groups have which roles",
  "roles.read": "List and read roles",
  "roles.create": "Create roles, of what one may oneself",
  "roles.update": "Change roles, within what one may oneself",
  "roles.remove": "Delete roles that nobody has",
  "providers.read": "List and read providers and the types of them",
  "providers.create": "Add providers",
  "providers.update": "Change providers and their credentials",
  "providers.remove": "Delete providers",
  "providers.test": "Ask a provider whether it answers",
  "models.read": "List and read models",
  "models.create": "Add models, also those that a provider lists",
  "models.update": "Change models and their prices",
  "models.remove": "Delete models",
  "prices.read": "See which list of prices is in force",
  "prices.refresh": "Read the list of prices anew",
  "cache.read": "See how much is kept of answers for requests that come again",
  "cache.purge": "Forget what is kept of answers",
  "consent_policies.read": "List and read consent policies: which requests wait for consent",
  "consent_policies.create": "Create consent policies",
  "consent_policies.update": "Change consent policies",
  "consent_policies.remove": "Delete consent policies",
  "views.share": "Share views with everybody, and change and delete those that others have shared",
  "webhooks.read": "List and read webhooks and what was sent to them",
  "webhooks.create": "Create webhooks",
  "webhooks.update": "Change webhooks and their secrets",
  "webhooks.remove": "Delete webhooks",
  "webhooks.test": "Send a test to a webhook, and send again what was sent",
  "audit.read": "List, read and export the audit log",
  "audit.verify": "Verify that nothing was changed in the audit log",
  "status.read": "Read `/metrics` and `/status`, and how the server and its machine are",
  "configuration.read": "See the configuration in force, without its secrets",
  "certificates.read": "See which certificates clients are shown, and what becomes of their renewal",
  "certificates.renew": "Ask the authority for another certificate",
  "backups.read": "See which backups were made, and when the next one is due",
  "backups.create": "Have a backup made",
  "configuration.apply": "Apply what the configuration file declares anew, and read the file anew",
  "encryption.read": "See which keys encrypt what is stored",
  "encryption.rotate": "Seal what is stored with the present key",
  "imports.run": "Carry over what was spent and used at another gateway",
} as const;

type OneselfPermission = keyof typeof aboutOneself;
type TeamPermission = keyof typeof aboutTeams;
/** Of which somebody may have a part. */
export type OwnedPermission = OneselfPermission | keyof typeof aboutOwned | TeamPermission;
export type InstallationPermission = keyof typeof aboutInstallation;
export type Permission = OwnedPermission | InstallationPermission;

/** What each allows, in words. */
export const permissions: Readonly<Record<Permission, string>> = {
  ...aboutOneself,
  ...aboutOwned,
  ...aboutTeams,
  ...aboutInstallation,
};

export const permissionNames = Object.keys(permissions).filter(isPermission);

export function isPermission(name: string): name is Permission {
  return Object.hasOwn(permissions, name);
}

/** How far a permission goes: for everything, for what is of one's teams and one's own, or for what is one's own. */
export const extents = ["all", "team", "own"] as const;
export type Extent = (typeof extents)[number];

/** Permissions, and how far each goes. */
export type Grants = { readonly [Name in OneselfPermission]?: "all" | "own" } & {
  readonly [Name in keyof typeof aboutOwned]?: Extent;
} & { readonly [Name in TeamPermission]?: "all" | "team" } & { readonly [Name in InstallationPermission]?: "all" };

/** How far it can be granted. */
export function extentsOf(permission: Permission): readonly Extent[] {
  if (permission in aboutOwned) return extents;
  if (permission in aboutOneself) return ["all", "own"];
  return permission in aboutTeams ? ["all", "team"] : ["all"];
}

/** Those that come with GhostLLM. */
export const roleNames = ["admin", "manager", "member", "viewer", "auditor"] as const;
export type RoleName = (typeof roleNames)[number];

/** What somebody is in a team. */
export const teamRoleNames = ["manager", "member", "viewer"] as const;
export type TeamRoleName = (typeof teamRoleNames)[number];
