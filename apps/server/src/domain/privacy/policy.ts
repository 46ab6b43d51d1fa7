// What is done with personal data in requests: the policy of a key or a user, and what holds where several do. Plain data, which
// crosses to other threads.

import { privacyActions, privacyClasses } from "@ghostllm/contract";
import type { PrivacyAction, PrivacyClass } from "@ghostllm/contract";

export interface OwnPattern {
  readonly name: string;
  readonly pattern: string;
  readonly action: PrivacyAction;
}

export interface PrivacyPolicy {
  /** A class that is left out passes. */
  readonly classes: Readonly<Partial<Record<PrivacyClass, PrivacyAction>>>;
  readonly patterns: readonly OwnPattern[];
  /** What nobody can look into: pictures, sound, files, and what only an id or a URL leads to. */
  readonly unreadable: "allow" | "refuse";
}

/** What was joined before: whoever holds the same policies again is given the same object, by which it is known. */
const joined = new WeakMap<
  PrivacyPolicy,
  { readonly others: readonly PrivacyPolicy[]; readonly all: PrivacyPolicy }[]
>();

/** What holds where all of them do: of each class the strictest action. Null where there is none. */
export function strictest(policies: readonly (PrivacyPolicy | null | undefined)[]): PrivacyPolicy | null {
  const [first, ...others] = policies.filter((policy) => policy !== null && policy !== undefined);
  if (first === undefined || others.length === 0) return first ?? null;
  const known = joined.get(first) ?? [];
  const same = known.find(
    (one) => one.others.length === others.length && one.others.every((each, at) => each === others[at]),
  );
  if (same !== undefined) return same.all;
  const all = join([first, ...others]);
  joined.set(first, [...known, { others, all }]);
  return all;
}

function join(those: readonly PrivacyPolicy[]): PrivacyPolicy {
  return {
    classes: Object.fromEntries(
      privacyClasses.map((one) => [one, strictestAction(those.map(({ classes }) => classes[one]))]),
    ),
    patterns: those.flatMap(({ patterns }) => patterns),
    unreadable: those.some(({ unreadable }) => unreadable === "refuse") ? "refuse" : "allow",
  };
}

function strictestAction(actions: readonly (PrivacyAction | undefined)[]): PrivacyAction {
  return privacyActions.find((action) => actions.includes(action)) ?? "allow";
}
