// What somebody may be allowed to do, by name. Every route of the admin API needs one of these; roles are sets of them.

/** About what belongs to a user: it may be granted for all, or for one's own alone. */
const aboutOwned = {
  "self.read": "See who one is, and sign out",
  "users.read": "List and read users",
  "keys.read": "List and read API keys",
  "keys.create": "Create API keys",
  "keys.update": "Change API keys",
  "keys.revoke": "Revoke API keys",
  "usage.read": "List and sum usage",
  "account_objects.manage": "List, read and delete files and batches that vendors keep",
} as const;

/** About what the installation has in common, or what nobody may do for himself: it is granted whole. */
const aboutInstallation = {
  "users.create": "Create users",
  "users.update": "Change users: their roles, limits, budgets and passwords",
  "users.remove": "Delete users with their keys",
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
  "aliases.read": "List and read aliases",
  "aliases.create": "Create aliases",
  "aliases.update": "Change aliases",
  "aliases.remove": "Delete aliases",
  "status.read": "Read `/metrics` and `/status`, and how the server and its machine are",
  "configuration.read": "See the configuration in force, without its secrets",
} as const;

export type OwnedPermission = keyof typeof aboutOwned;
export type InstallationPermission = keyof typeof aboutInstallation;
export type Permission = OwnedPermission | InstallationPermission;

/** What each allows, in words. */
export const permissions: Readonly<Record<Permission, string>> = { ...aboutOwned, ...aboutInstallation };

export const roleNames = ["admin", "user"] as const;
export type RoleName = (typeof roleNames)[number];
