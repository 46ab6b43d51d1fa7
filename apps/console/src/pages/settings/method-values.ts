// A sign-in method as its form has it, and as the server takes it.

import type { SignInMethod, SignInMethodInput } from "#api/queries.ts";
import { teamsOf, type GroupRole, type GroupTeam } from "./group-lists.ts";

export interface MethodValues {
  label: string;
  issuer: string;
  client_id: string;
  /** Write-only: empty keeps the one that is stored. */
  client_secret: string;
  is_public: boolean;
  scopes: string;
  claims: { email: string; name: string; groups: string };
  trusts_email: boolean;
  provision_domains: string;
  default_role: string;
  group_roles: readonly GroupRole[];
  group_teams: readonly GroupTeam[];
}

const usualScopes = "openid email profile";

export function methodValues(method: SignInMethod | null): MethodValues {
  return {
    label: method?.label ?? "",
    issuer: method?.issuer ?? "",
    client_id: method?.client_id ?? "",
    client_secret: "",
    is_public: method !== null && !method.has_client_secret,
    scopes: method?.scopes.join(" ") ?? usualScopes,
    claims: method?.claims ?? { email: "email", name: "name", groups: "groups" },
    trusts_email: method?.trusts_email ?? false,
    provision_domains: method?.provision_domains.join(", ") ?? "",
    default_role: method?.default_role ?? "member",
    group_roles: method?.group_roles ?? [],
    group_teams: method?.group_teams ?? [],
  };
}

interface MethodBody extends SignInMethodInput {
  label: string;
  issuer: string;
  client_id: string;
}

export function methodBody(values: MethodValues, isNew: boolean): MethodBody {
  const { client_secret: secret, is_public: isPublic, scopes, provision_domains: domains, claims, ...plain } = values;
  // A new one says which of both it is: an empty secret is refused at its field.
  const given = isPublic ? null : secret;
  return {
    ...plain,
    issuer: values.issuer.trim(),
    ...((isNew || given !== "") && { client_secret: given }),
    scopes: wordsOf(scopes),
    claims,
    provision_domains: wordsOf(domains),
    group_roles: [...values.group_roles],
    group_teams: teamsOf(values.group_teams),
  };
}

function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}
