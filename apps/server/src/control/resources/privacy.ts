// The privacy policy of a key or a user between the API's form and the store's, which differ in nothing but that a pattern of the
// store's is one that can be compiled.

import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { faultOf } from "#domain/privacy/own-patterns.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import { invalid } from "./fields.ts";
import type { Resource } from "./resource.ts";

type ApiPolicy = RouteAnswer<AdminRoutes["apiKeys"]["get"]>["privacy"];
type GivenPolicy = NonNullable<Parameters<Resource<"apiKeys">["update"]>[0]["body"]["privacy"]>;

export function toApiPrivacy(policy: PrivacyPolicy | null): ApiPolicy {
  if (policy === null) return null;
  const { classes, patterns, unreadable } = policy;
  return { classes: { ...classes }, patterns: patterns.map((one) => ({ ...one })), unreadable };
}

/** Throws GhostError where a pattern is none. */
export function toPrivacy(policy: GivenPolicy | null): PrivacyPolicy | null {
  if (policy === null) return null;
  for (const [index, { pattern }] of policy.patterns.entries()) {
    const fault = faultOf(pattern);
    if (fault !== null) throw invalid(`privacy.patterns[${index}].pattern`, `The pattern cannot be used: ${fault}`);
  }
  const { classes, patterns, unreadable } = policy;
  const given = Object.entries(classes).filter(([, action]) => action !== undefined);
  return { classes: Object.fromEntries(given), patterns, unreadable };
}
