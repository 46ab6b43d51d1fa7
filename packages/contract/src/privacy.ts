// What a privacy policy is about: the classes of what is found, and what is done with it.

/** What is looked for in texts, beside the patterns of an operator. */
export const privacyClasses = ["email", "phone", "card", "iban", "ip", "secret"] as const;
export type PrivacyClass = (typeof privacyClasses)[number];

/**
 * `block` refuses the request, `mask` takes the text away for good, `replace` puts a placeholder in its place that is made the text
 * again in the answer, `allow` lets it pass. Of two that hold for a request, the earlier one does.
 */
export const privacyActions = ["block", "mask", "replace", "allow"] as const;
export type PrivacyAction = (typeof privacyActions)[number];

/** What is found by a pattern of an operator: any of them, which is what callers are told. */
export const ownPattern = "pattern";
export type FoundClass = PrivacyClass | typeof ownPattern;
export const foundClasses: readonly FoundClass[] = [...privacyClasses, ownPattern];

/** What was found of one class and what was done with it: counts, and never a text. */
export interface PrivacyCount {
  readonly class: FoundClass;
  readonly action: Exclude<PrivacyAction, "allow">;
  readonly count: number;
}
