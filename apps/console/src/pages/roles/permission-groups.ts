// Permissions by what they are about, so that a role can be read. Names are `subject.deed`; a subject that is in no group comes last.

import { permissionNames } from "@ghostllm/contract";
import type { Permission } from "@ghostllm/contract";

export interface PermissionGroup {
  readonly title: string;
  readonly names: readonly Permission[];
}

const subjects: readonly (readonly [title: string, subjects: readonly string[]])[] = [
  ["Oneself", ["self", "sessions", "own_keys", "account_objects"]],
  ["People and teams", ["users", "teams", "members", "service_accounts", "organisations", "roles"]],
  ["Keys and usage", ["keys", "usage"]],
  ["Consent", ["consents", "consent_policies"]],
  ["Guardrails", ["guardrails"]],
  ["Providers and models", ["providers", "models", "prices", "aliases", "cache"]],
  ["Sign-in", ["sign_in_methods", "scim"]],
  ["Events and audit", ["views", "events", "webhooks", "audit"]],
];

function subjectOf(name: Permission): string {
  return name.slice(0, name.indexOf("."));
}

function groupPermissions(names: readonly Permission[]): readonly PermissionGroup[] {
  const known = subjects.flatMap(([, of]) => of);
  const groups = [
    ...subjects.map(([title, of]) => ({
      title,
      names: of.flatMap((one) => names.filter((name) => subjectOf(name) === one)),
    })),
    { title: "Server", names: names.filter((name) => !known.includes(subjectOf(name))) },
  ];
  return groups.filter(({ names: some }) => some.length > 0);
}

export const permissionGroups = groupPermissions(permissionNames);
