// Users as a table in a file.

import type { Command } from "commander";
import { runBulk, showResults, type Operation } from "#bulk.ts";
import type { ContextOf } from "#context.ts";
import { parseCsv, writeCsv, type CsvRow } from "#csv.ts";
import { CliError, exitCodes } from "#exit-codes.ts";
import { listAll } from "@ghostllm/contract/list-all";

const columns = ["email", "username", "role", "budget_usd"] as const;

export function addUserFileCommands(user: Command, contextOf: ContextOf): void {
  user
    .command("csv")
    .description(`print all users as CSV: ${columns.join(", ")}`)
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const users = await listAll((query) => client.users.list({ query }));
      const rows = users.map((one) => columns.map((column) => one[column] ?? ""));
      output.show({ data: users }, writeCsv(columns, rows));
    });

  user
    .command("import <file>")
    .description(
      "create the users of a CSV file with the columns of `user csv`, of which email is needed; - reads the standard input",
    )
    .option("--atomic", "all or none")
    .action(async (file: string, { atomic = false }: { readonly atomic?: boolean }, command: Command) => {
      const { output, connect, readText } = contextOf(command);
      const { client } = await connect();
      const rows = parseCsv(await readText(file));
      const results = await runBulk(client, rows.map(toOperation), atomic);
      showResults(
        output,
        results,
        rows.map(({ email = "" }) => email),
      );
    });
}

function toOperation(row: CsvRow): Operation {
  const unknown = Object.keys(row).find((name) => !columns.some((column) => column === name));
  if (unknown !== undefined) {
    const message = `There is no column '${unknown}'; there are ${columns.join(", ")}`;
    throw new CliError("invalid_file", message, exitCodes.usage);
  }
  const given = Object.entries(row).filter(([, value]) => value !== "");
  return { op: "users.create", body: { email: "", ...Object.fromEntries(given) } };
}
