import { services } from "@ghostllm/contract/routes";
import type { ReadSetting } from "./read-setting.ts";
import type { ConfigProblem } from "./problems.ts";

/** What is only there with PostgreSQL: the embedded database has no replica, and belongs to one process. */
export function findDatabaseProblems(read: ReadSetting): readonly ConfigProblem[] {
  if (read("databaseUrl").value !== null) return [];
  const [replica, chosen] = [read("databaseReplicaUrl"), read("services")];
  const hint = "Set database_url (DATABASE_URL) as well.";
  const isPart = Array.isArray(chosen.value) && chosen.value.length < services.length;
  return [
    ...(replica.value === null
      ? []
      : [{ path: replica.origin, message: "a replica is named, but no database that it is one of", hint }]),
    ...(isPart
      ? [
          {
            path: chosen.origin,
            message: "other servers cannot run the other services, without a database to share",
            hint,
          },
        ]
      : []),
  ];
}
