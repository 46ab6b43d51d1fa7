// What everything knows: the catalogue of errors, ids, money and the names of permissions. The admin API as data is at `./routes`, its typed client at
// `./client` and the document about it at `./openapi`: they need the schemas, which a thread that only translates does without.
// Runs anywhere: nothing in here needs Node.

export { isKeyEndpoint, keyEndpointNames, keyEndpoints } from "./access/endpoints.ts";
export type { KeyEndpoint } from "./access/endpoints.ts";
export {
  extents,
  extentsOf,
  isPermission,
  permissionNames,
  permissions,
  roleNames,
  teamRoleNames,
} from "./access/permissions.ts";
export type {
  Extent,
  Grants,
  InstallationPermission,
  OwnedPermission,
  Permission,
  RoleName,
  TeamRoleName,
} from "./access/permissions.ts";
export { fallbackReasons, retriedFailures } from "./alias-policies.ts";
export type { FallbackReason, RetriedFailure } from "./alias-policies.ts";
export { aliasStrategies } from "./alias-strategies.ts";
export type { AliasStrategy } from "./alias-strategies.ts";
export {
  cacheOutcomes,
  cachePaces,
  cacheScopes,
  leastSimilarity,
  mostCacheSeconds,
  mostEmbeddingMs,
  semanticOutcomes,
  usualCacheSeconds,
  usualEmbeddingMs,
  usualSimilarity,
} from "./cache-policy.ts";
export type { CacheOutcome, CachePace, CacheScope, SemanticOutcome } from "./cache-policy.ts";
export { errorCatalogue, GhostError } from "./errors.ts";
export type { ErrorCode, ErrorType, GhostErrorDetails } from "./errors.ts";
export { lastIdOf, newId, timeOfId } from "./ids.ts";
export { formatUsd, nanosPerUsd, nanosToUsd, parseUsd, usdToNanos } from "./money.ts";
export { foundClasses, ownPattern, privacyActions, privacyClasses } from "./privacy.ts";
export type { FoundClass, PrivacyAction, PrivacyClass, PrivacyCount } from "./privacy.ts";
export { contentOutcomes, contentStates, promptPolicies } from "./stored-prompts.ts";
export type { ContentOutcome, ContentState, PromptPolicy } from "./stored-prompts.ts";
export {
  listedUsageFields,
  summedUsageFields,
  usageApiName,
  usageColumn,
  usageFieldNames,
  usageFields,
  usageStatuses,
} from "./usage-fields.ts";
export type {
  AttemptMade,
  ListedUsageField,
  SummedUsageField,
  UsageApiName,
  UsageColumn,
  UsageField,
  UsageFieldKind,
  UsageFieldName,
  UsageFields,
} from "./usage-fields.ts";
export { targetStates } from "./why.ts";
export { guardrailActions, guardrailKinds, guardrailStages, guardrailOnFailures } from "./guardrails.ts";
export type { GuardrailAction, GuardrailKind, GuardrailOnFailure, GuardrailStage } from "./guardrails.ts";
export { guardrailOutcomes } from "./why.ts";
export type { GuardrailFact, GuardrailOutcome } from "./why.ts";
export type {
  CacheFacts,
  SemanticFacts,
  ConsideredTarget,
  NotLedTo,
  PlannedName,
  TargetState,
  WhyFacts,
} from "./why.ts";
