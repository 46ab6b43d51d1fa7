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
];
