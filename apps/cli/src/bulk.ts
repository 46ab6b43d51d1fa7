// Many changes from a file, in requests of as many as the server takes. Each request has an Idempotency-Key of its own, so that one that
// was not answered is sent again and carried out once.

import type { Client } from "@ghostllm/contract/client";
import { mostOperations } from "@ghostllm/contract/routes";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import { CliError, exitCodes } from "./exit-codes.ts";
import { printable } from "./output.ts";
import type { Output } from "./output.ts";

export type Operation = RouteInput<AdminRoutes["bulk"]["run"]>["body"]["operations"][number];
export type Result = RouteAnswer<AdminRoutes["bulk"]["run"]>["results"][number];

export async function runBulk(
  client: Client,
  operations: readonly Operation[],
  atomic = false,
): Promise<readonly Result[]> {
  if (atomic && operations.length > mostOperations) {
    const message = `All or none is for ${mostOperations} operations at most, and there are ${operations.length}`;
    throw new CliError("too_many", message, exitCodes.usage);
  }
  const results: Result[] = [];
  for (let at = 0; at < operations.length; at += mostOperations) {
    const body = { operations: operations.slice(at, at + mostOperations), atomic };
    results.push(...(await client.bulk.run({ body })).results);
  }
  return results;
}

/** Says what has failed, by its place in the file. Where something has, the command ends as one that has failed. */
export function showResults(output: Output, results: readonly Result[], names: readonly string[]): void {
  const failed = results.flatMap(({ op, error }, index) =>
    error === null ? [] : [`${index + 1}  ${printable(names[index] ?? op)}  ${error.message}`],
  );
  const done = `Done: ${results.length - failed.length} of ${results.length}`;
  output.show({ data: results }, [done, ...failed]);
  if (failed.length === 0) return;
  throw new CliError("not_all_done", `${failed.length} of ${results.length} were not done`, exitCodes.failure);
}
