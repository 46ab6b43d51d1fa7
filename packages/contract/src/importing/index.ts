// What other gateways have, as what is to be here: read from their files and tables, compared with what the admin API says is there, and asked
// for. Called by the command line and by the console, each with its own way to read files. Invariant: it is a client, and may do what its caller may.

export { usdOf } from "./amounts.ts";
export { nothingDesired } from "./desired.ts";
export type { Bounds, Desired, DesiredAlias, DesiredKey, DesiredTarget, DesiredUsage, DesiredUser } from "./desired.ts";
export { fieldsOf, isFields, nameOf, numberOf, textOf } from "./fields.ts";
export type { Fields } from "./fields.ts";
export { Findings, grades } from "./findings.ts";
export type { Finding, Grade } from "./findings.ts";
export { ImportError } from "./import-error.ts";
export { readLiteLlm } from "./litellm/index.ts";
export { readPortkey } from "./portkey/index.ts";
export { providerName, ProviderSet } from "./providers.ts";
export type { Change, Changes } from "./reconcile/changes.ts";
export { reconcile } from "./reconcile/reconcile.ts";
export type { SourceDatabase } from "./sources/source-database.ts";
export { Variables } from "./sources/variables.ts";
export { scale } from "./weights.ts";
