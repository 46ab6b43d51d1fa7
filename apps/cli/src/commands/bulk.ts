import type { Command } from "commander";
import { runBulk, showResults, type Operation } from "#bulk.ts";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";

export function addBulkCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("bulk <file>")
    .description("carry out many changes from a file: JSON, one operation a line; - reads the standard input")
    .option("--atomic", "all or none")
    .action(async (file: string, { atomic = false }: { readonly atomic?: boolean }, command: Command) => {
      const { output, connect, readText } = contextOf(command);
      const { client } = await connect();
      const operations = toOperations(await readText(file));
      showResults(output, await runBulk(client, operations, atomic), []);
    });
}

function toOperations(text: string): readonly Operation[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      // The server says what is wrong with it.
      return [JSON.parse(line) as Operation];
    } catch {
      throw new CliError("invalid_file", `Line ${index + 1} is no JSON`, exitCodes.usage);
    }
  });
}
