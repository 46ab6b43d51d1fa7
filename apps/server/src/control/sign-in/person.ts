// Whom an issuer tells of, read from its claims: those of Keycloak, Entra ID, Google and their like. Pure.

import { GhostError } from "@ghostllm/contract";
import type { Identity, SignInMethodRow } from "#control/store/sign-in/sign-in-store.ts";

export type Claims = Readonly<Record<string, unknown>>;

export interface Person extends Identity {
  readonly email: string | null;
  /** The issuer says that the address is his. */
  readonly isEmailVerified: boolean;
  readonly name: string;
  readonly groups: readonly string[];
}

type Reading = Pick<SignInMethodRow, "claims" | "trustsEmail" | "groupRoles" | "groupTeams" | "label">;

/** What the method wants to know and the claims do not say. */
export function isMissing(method: Reading, claims: Claims): boolean {
  const { claims: names } = method;
  const hasGroups = !needsGroups(method) || valueOf(claims, names.groups) !== undefined;
  return !hasGroups || emailOf(valueOf(claims, names.email)) === null;
}

export function readPerson(claims: Claims, { issuer, subject }: Identity, method: Reading): Person {
  const { claims: names } = method;
  refuseLeftOut(claims, method);
  const email = emailOf(valueOf(claims, names.email));
  const given = valueOf(claims, names.name) ?? claims["preferred_username"];
  const name = typeof given === "string" && given.trim() !== "" ? given.trim() : (email ?? subject);
  return {
    ...{ issuer, subject, email, name: name.slice(0, 100), groups: groupsOf(valueOf(claims, names.groups)) },
    isEmailVerified: email !== null && isVerified(claims, method),
  };
}

function needsGroups({ groupRoles, groupTeams }: Reading): boolean {
  return groupRoles.length + groupTeams.length > 0;
}

/** A name as it stands, since names may be addresses; or a way into objects. */
function valueOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function emailOf(value: unknown): string | null {
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  return text.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(text) ? text : null;
}

/** `email_verified` is of the claim `email` alone. Entra ID says the same by `xms_edov`, where it is configured to. */
function isVerified(claims: Claims, { claims: { email }, trustsEmail }: Reading): boolean {
  const said = email === "email" ? (claims["email_verified"] ?? claims["xms_edov"]) : undefined;
  return said === undefined ? trustsEmail : said === true || said === 1 || said === "true" || said === "1";
}

function groupsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === "string");
}

/** Entra ID leaves groups out where somebody is in many, and says so: taken for none they would cost him his role. */
function refuseLeftOut(claims: Claims, method: Reading): void {
  const { groups } = method.claims;
  const leftOut = claims["_claim_names"];
  const names: readonly string[] = typeof leftOut === "object" && leftOut !== null ? Object.keys(leftOut) : [];
  if (!needsGroups(method) || (!names.includes(groups) && claims["hasgroups"] === undefined)) return;
  throw new GhostError(
    "permission_denied",
    `${method.label} does not name your groups, since you are in too many. An administrator can have it name only those that are assigned to GhostLLM`,
  );
}
