import { firstTables } from "./0001-first-tables.ts";
import { tokenClasses } from "./0002-token-classes.ts";
import { providerAdditions } from "./0003-provider-additions.ts";
import { priceClasses } from "./0004-price-classes.ts";
import { doubtfulUsage } from "./0005-doubtful-usage.ts";
import { storedObjects } from "./0006-stored-objects.ts";
import { aliases } from "./0007-aliases.ts";
import { spend } from "./0008-spend.ts";
import { endedSessions } from "./0009-ended-sessions.ts";
import { requestDetails } from "./0010-request-details.ts";
import { rollupsByAliasAndStatus } from "./0011-rollups-by-alias-and-status.ts";
import { failedAttempts } from "./0012-failed-attempts.ts";
import { views } from "./0013-views.ts";
import { events } from "./0014-events.ts";
import { leasesAndInstances } from "./0015-leases-and-instances.ts";
import { usageByMonth } from "./0016-usage-by-month.ts";
import { snapshotChanges } from "./0017-snapshot-changes.ts";
import { sessions } from "./0018-sessions.ts";
import { signInMethods } from "./0019-sign-in-methods.ts";
import { organisationsAndTeams } from "./0020-organisations-and-teams.ts";
import { auditLog } from "./0021-audit-log.ts";
import { keysThatRotate } from "./0022-keys-that-rotate.ts";
import { budgetsByPeriod } from "./0023-budgets-by-period.ts";
import { privacy } from "./0024-privacy.ts";
import { directory } from "./0025-directory.ts";
import { secondFactors } from "./0026-second-factors.ts";
import { groupTeams } from "./0027-group-teams.ts";
import { passwordLinks } from "./0028-password-links.ts";
import { roles } from "./0029-roles.ts";
import { serviceAccounts } from "./0030-service-accounts.ts";
import { erasures } from "./0031-erasures.ts";
import { consents } from "./0032-consents.ts";
import { heldAliasesAndProviders } from "./0033-held-aliases-and-providers.ts";
import { rollupsOfCacheWrites } from "./0034-rollups-of-cache-writes.ts";
import { reports } from "./0035-reports.ts";
import { requestsThatComeAgain } from "./0036-requests-that-come-again.ts";
import { coarserRollups } from "./0037-coarser-rollups.ts";
import { indexesOfLargeTables } from "./0038-indexes-of-large-tables.ts";
import { rollupsOfDays } from "./0039-rollups-of-days.ts";
import { aliasesOfTeams } from "./0040-aliases-of-teams.ts";
import { requestContents } from "./0041-request-contents.ts";
import { policiesOfAliases } from "./0042-policies-of-aliases.ts";
import { cachedAnswers } from "./0043-cached-answers.ts";
import { passkeys } from "./0045-passkeys.ts";
import { factorsOfSessions } from "./0046-factors-of-sessions.ts";
import { quickerReports } from "./0047-quicker-reports.ts";
import { why } from "./0048-why.ts";
import { addressesInSnapshots } from "./0050-addresses-in-snapshots.ts";
import { rollupsOfSavings } from "./0049-rollups-of-savings.ts";
import { limitsOfModels } from "./0051-limits-of-models.ts";
import { chatSessions } from "./0056-chat-sessions.ts";
import { modelsOfAuto } from "./0058-models-of-auto.ts";
import { guardrails } from "./0054-guardrails.ts";
import { sessionsOfRequests } from "./0057-sessions-of-requests.ts";
import { shadows } from "./0059-shadows.ts";
import { backups } from "./0064-backups.ts";
import { imports } from "./0066-imports.ts";
import { certificates } from "./0065-certificates.ts";
import { declaredObjects } from "./0062-declared-objects.ts";
import type { Migration } from "./migration.ts";

/** Every migration, in order. A new one is a new file and a new line at the end. */
export const allMigrations: readonly Migration[] = [
  firstTables,
  tokenClasses,
  providerAdditions,
  priceClasses,
  doubtfulUsage,
  storedObjects,
  aliases,
  spend,
  endedSessions,
  requestDetails,
  rollupsByAliasAndStatus,
  failedAttempts,
  views,
  events,
  leasesAndInstances,
  usageByMonth,
  snapshotChanges,
  sessions,
  signInMethods,
  organisationsAndTeams,
  auditLog,
  keysThatRotate,
  budgetsByPeriod,
  privacy,
  directory,
  secondFactors,
  groupTeams,
  passwordLinks,
  roles,
  serviceAccounts,
  erasures,
  consents,
  heldAliasesAndProviders,
  rollupsOfCacheWrites,
  reports,
  requestsThatComeAgain,
  coarserRollups,
  indexesOfLargeTables,
  rollupsOfDays,
  aliasesOfTeams,
  requestContents,
  policiesOfAliases,
  cachedAnswers,
  passkeys,
  factorsOfSessions,
  quickerReports,
  why,
  rollupsOfSavings,
  addressesInSnapshots,
  limitsOfModels,
  guardrails,
  chatSessions,
  sessionsOfRequests,
  modelsOfAuto,
  shadows,
  declaredObjects,
  backups,
  certificates,
  imports,
];
