import type { AdminRoutes } from "@ghostllm/contract/routes";
import { createAlertsResource } from "./alerts.ts";
import { createApiKeysResource } from "./api-keys.ts";
import { createAuditResource } from "./audit.ts";
import { createNotificationsResource } from "./notifications.ts";
import { createBudgetsResource } from "./budgets.ts";
import { createCacheResource } from "./cache.ts";
import { createConsentPoliciesResource } from "./consent-policies.ts";
import { createGuardrailsResource } from "./guardrails.ts";
import { createConsentsResource } from "./consents.ts";
import { createCertificatesResource } from "./certificates.ts";
import { createEncryptionResource } from "./encryption.ts";
import { createEventsResource } from "./events.ts";
import { createImportsResource } from "./imports.ts";
import { createModelsResource } from "./models.ts";
import { createOrganisationsResource } from "./organisations.ts";
import { createPasskeysResource } from "./passkeys.ts";
import { createPasswordsResource } from "./passwords.ts";
import { createOwnKeysResource } from "./own-keys.ts";
import { createPersonalDataResource } from "./personal-data.ts";
import { createPricesResource } from "./prices.ts";
import { createProvidersResource } from "./providers.ts";
import { createBackupsResource } from "./backups.ts";
import { createReportsResource } from "./reports.ts";
import { createRequestsResource } from "./requests.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { createAliasesResource } from "./aliases.ts";
import { createSecondFactorResource } from "./second-factor.ts";
import { createRolesResource } from "./roles.ts";
import { createServiceAccountsResource } from "./service-accounts.ts";
import { createSessionsResource } from "./sessions.ts";
import { createScimResource } from "./scim.ts";
import { createSignInMethodsResource } from "./sign-in-methods.ts";
import { createSignInResource } from "./sign-in.ts";
import { createSystemResource } from "./system.ts";
import { createTargetsResource } from "./targets.ts";
import { createTeamsResource } from "./teams.ts";
import { createUsageResource } from "./usage.ts";
import { createUsersResource } from "./users.ts";
import { createChatSessionsResource } from "./chat-sessions.ts";
import { createViewsResource } from "./views.ts";
import { createWebhooksResource } from "./webhooks.ts";

export type Resources = { readonly [Group in keyof AdminRoutes]: Resource<Group> };

/** All but the one that is made of the others. */
export function createResources(given: ResourceDependencies): Omit<Resources, "bulk"> {
  const { store } = given;
  const deps: ResourceDependencies = {
    ...given,
    // What is not stored yet is not in force, and nothing ends for it.
    changed: () => store.units.afterwards(given.changed),
    addSpent: (charges) => store.units.afterwards(() => given.addSpent(charges)),
    withdraw: (right) => store.units.afterwards(() => given.withdraw(right)),
  };
  return {
    sessions: createSessionsResource(deps),
    secondFactor: createSecondFactorResource(deps),
    passkeys: createPasskeysResource(deps),
    passwords: createPasswordsResource(deps),
    signIn: createSignInResource(deps),
    signInMethods: createSignInMethodsResource(deps),
    scim: createScimResource(deps),
    users: createUsersResource(deps),
    personalData: createPersonalDataResource(deps),
    organisations: createOrganisationsResource(deps),
    teams: createTeamsResource(deps),
    roles: createRolesResource(deps),
    serviceAccounts: createServiceAccountsResource(deps),
    apiKeys: createApiKeysResource(deps),
    ownKeys: createOwnKeysResource(deps),
    providers: createProvidersResource(deps),
    models: createModelsResource(deps),
    targets: createTargetsResource(deps),
    prices: createPricesResource(deps),
    aliases: createAliasesResource(deps),
    cache: createCacheResource(deps),
    consents: createConsentsResource(deps),
    consentPolicies: createConsentPoliciesResource(deps),
    guardrails: createGuardrailsResource(deps),
    requests: createRequestsResource(deps),
    usage: createUsageResource(deps),
    budgets: createBudgetsResource(deps),
    ...{ alerts: createAlertsResource(deps), notifications: createNotificationsResource(deps) },
    views: createViewsResource(deps),
    chatSessions: createChatSessionsResource(deps),
    events: createEventsResource(deps),
    ...{ reports: createReportsResource(deps), backups: createBackupsResource(deps) },
    webhooks: createWebhooksResource(deps),
    audit: createAuditResource(deps),
    system: createSystemResource(deps),
    certificates: createCertificatesResource(deps),
    encryption: createEncryptionResource(deps),
    imports: createImportsResource(deps),
  };
}
