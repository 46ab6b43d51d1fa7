// The admin API as data. The server binds its handlers to this table and the client takes its methods from it,
// so neither can have a route that the other lacks.

import { aliasRoutes } from "./aliases.ts";
import { alertRoutes } from "./alerts.ts";
import { apiKeyRoutes, ownKeyRoutes } from "./api-keys.ts";
import { auditRoutes } from "./audit.ts";
import { bulkRoutes } from "./bulk.ts";
import { budgetRoutes } from "./budgets.ts";
import { cacheRoutes } from "./cache.ts";
import { certificateRoutes } from "./certificates.ts";
import { chatSessionRoutes } from "./chat-sessions.ts";
import { consentPolicyRoutes } from "./consent-policies.ts";
import { guardrailRoutes } from "./guardrails.ts";
import { consentRoutes } from "./consents.ts";
import { encryptionRoutes } from "./encryption.ts";
import { eventRoutes } from "./events.ts";
import { importRoutes } from "./imports.ts";
import { modelRoutes } from "./models.ts";
import { notificationRoutes } from "./notifications.ts";
import { organisationRoutes } from "./organisations.ts";
import { passkeyRoutes } from "./passkeys.ts";
import { passwordRoutes } from "./passwords.ts";
import { personalDataRoutes } from "./personal-data.ts";
import { priceRoutes } from "./prices.ts";
import { providerRoutes } from "./providers.ts";
import { backupRoutes } from "./backups.ts";
import { reportRoutes } from "./reports.ts";
import { requestRoutes } from "./requests.ts";
import type { AdminRoute } from "./route.ts";
import { scimRoutes } from "./scim.ts";
import { secondFactorRoutes } from "./second-factor.ts";
import { roleRoutes } from "./roles.ts";
import { serviceAccountRoutes } from "./service-accounts.ts";
import { sessionRoutes } from "./sessions.ts";
import { signInMethodRoutes } from "./sign-in-methods.ts";
import { signInRoutes } from "./sign-in.ts";
import { systemRoutes } from "./system.ts";
import { targetRoutes } from "./targets.ts";
import { teamRoutes } from "./teams.ts";
import { usageRoutes } from "./usage.ts";
import { userRoutes } from "./users.ts";
import { viewRoutes } from "./views.ts";
import { webhookRoutes } from "./webhooks.ts";

export const adminRoutes = {
  sessions: sessionRoutes,
  secondFactor: secondFactorRoutes,
  passkeys: passkeyRoutes,
  passwords: passwordRoutes,
  signIn: signInRoutes,
  signInMethods: signInMethodRoutes,
  scim: scimRoutes,
  users: userRoutes,
  personalData: personalDataRoutes,
  organisations: organisationRoutes,
  teams: teamRoutes,
  roles: roleRoutes,
  serviceAccounts: serviceAccountRoutes,
  apiKeys: apiKeyRoutes,
  ownKeys: ownKeyRoutes,
  providers: providerRoutes,
  models: modelRoutes,
  targets: targetRoutes,
  prices: priceRoutes,
  aliases: aliasRoutes,
  cache: cacheRoutes,
  consents: consentRoutes,
  consentPolicies: consentPolicyRoutes,
  guardrails: guardrailRoutes,
  requests: requestRoutes,
  usage: usageRoutes,
  budgets: budgetRoutes,
  notifications: notificationRoutes,
  views: viewRoutes,
  chatSessions: chatSessionRoutes,
  events: eventRoutes,
  webhooks: webhookRoutes,
  reports: reportRoutes,
  alerts: alertRoutes,
  backups: backupRoutes,
  audit: auditRoutes,
  system: systemRoutes,
  certificates: certificateRoutes,
  encryption: encryptionRoutes,
  imports: importRoutes,
  bulk: bulkRoutes,
} as const;

export type AdminRoutes = typeof adminRoutes;

export const adminRouteList: readonly AdminRoute[] = Object.values(adminRoutes).flatMap((group): AdminRoute[] =>
  Object.values(group),
);
