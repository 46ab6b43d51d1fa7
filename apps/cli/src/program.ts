// The command line as a whole. Called by main.ts and by tests. Invariant: it resolves with the exit code and never exits
// the process itself, and with --json the standard output is one JSON document, also for a failure.

import { ClientError } from "@ghostllm/contract/client";
import { Command, CommanderError } from "commander";
import { addAliasCommand } from "./commands/alias.ts";
import { addAuditCommand } from "./commands/audit.ts";
import { addBackupCommands } from "./commands/backup.ts";
import { addBulkCommand } from "./commands/bulk.ts";
import { addCacheCommand } from "./commands/cache.ts";
import { addChatCommand } from "./commands/chat.ts";
import { addConfigCommand } from "./commands/config.ts";
import { addConsentCommand } from "./commands/consent.ts";
import { addGuardrailCommand } from "./commands/guardrail.ts";
import { addEventsCommand } from "./commands/events.ts";
import { addBudgetCommand } from "./commands/budget.ts";
import { addImportCommand } from "./commands/import.ts";
import { addLimitCommand } from "./commands/limit.ts";
import { addKeyCommand } from "./commands/key.ts";
import { addKeysCommand } from "./commands/keys.ts";
import { addMigrateCommand } from "./commands/migrate.ts";
import { addModelCommand } from "./commands/model.ts";
import { addOrganisationCommand } from "./commands/organisation.ts";
import { addPricesCommand } from "./commands/prices.ts";
import { addProviderCommand } from "./commands/provider.ts";
import { addEstimateCommand } from "./commands/estimate.ts";
import { addRequestCommand } from "./commands/request.ts";
import { addReportCommand } from "./commands/report.ts";
import { addRoleCommand } from "./commands/role.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addScimCommand } from "./commands/scim.ts";
import { addServiceAccountCommand } from "./commands/service-account.ts";
import { addSessionCommand } from "./commands/session.ts";
import { addSignInCommand } from "./commands/sign-in.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addTargetCommand } from "./commands/target.ts";
import { addTeamCommand } from "./commands/team.ts";
import { addTlsCommand } from "./commands/tls.ts";
import { addAlertsCommand } from "./commands/alerts.ts";
import { addTestCommand } from "./commands/test.ts";
import { addUsageCommand } from "./commands/usage.ts";
import { addUserCommand } from "./commands/user.ts";
import { createContext } from "./context.ts";
import type { Context, Streams } from "./context.ts";
import { CliError, exitCodeOf, exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";

const addCommands = [
  addServeCommand,
  addMigrateCommand,
  addBackupCommands,
  addStatusCommand,
  addConfigCommand,
  addUserCommand,
  addSessionCommand,
  addSignInCommand,
  addOrganisationCommand,
  addTeamCommand,
  addScimCommand,
  addRoleCommand,
  addServiceAccountCommand,
  addKeyCommand,
  addKeysCommand,
  addBudgetCommand,
  addConsentCommand,
  addGuardrailCommand,
  addLimitCommand,
  addBulkCommand,
  addImportCommand,
  addProviderCommand,
  addModelCommand,
  addTargetCommand,
  addAliasCommand,
  addCacheCommand,
  addPricesCommand,
  addUsageCommand,
  addRequestCommand,
  addChatCommand,
  addEstimateCommand,
  addReportCommand,
  addEventsCommand,
  addAuditCommand,
  addTlsCommand,
  addAlertsCommand,
  addTestCommand,
];

/** `words`: what follows the name of the program. */
export async function runProgram(words: readonly string[], version: string, streams: Streams): Promise<ExitCode> {
  const program = new Command("ghostllm")
    .description("One endpoint in front of every model vendor.")
    .version(version)
    .option("--url <url>", "where GhostLLM is (GHOSTLLM_URL); the server of this directory where left out")
    .option("--key <key>", "admin key or an admin's key (GHOSTLLM_API_KEY, ADMIN_API_KEY); else <data dir>/admin.key")
    .option("--json", "print one JSON document")
    .showHelpAfterError("(add --help for what there is)");
  const contextOf = (command: Command): Context => createContext(command, streams);
  for (const addCommand of addCommands) addCommand(program, contextOf);
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({ writeOut: streams.writeOut, writeErr: streams.writeError });
  }
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    return report(error, words.includes("--json"), streams);
  }
}

function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function report(error: unknown, isJson: boolean, streams: Streams): ExitCode {
  // Commander has said it already: the help, the version, or what is wrong with the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const code = error instanceof ClientError || error instanceof CliError ? error.code : "failure";
  const param = error instanceof ClientError ? (error.param ?? null) : null;
  const message = error instanceof Error ? error.message : String(error);
  // These print their findings themselves, before they fail.
  const isPrinted =
    code === "test_failed" ||
    code === "provider_test_failed" ||
    code === "audit_not_whole" ||
    code === "backup_damaged" ||
    code === "not_all_done";
  const problems = error instanceof CliError ? error.problems : undefined;
  if (isJson && !isPrinted)
    streams.writeOut(`${JSON.stringify({ error: { code, message, param, problems } }, null, 2)}\n`);
  if (!isJson) streams.writeError(`ghostllm: ${message}${adviceOn(code)}\n`);
  return exitCodeOf(error);
}

function adviceOn(code: string): string {
  if (code === "connection_failed") return "\nStart it with `ghostllm serve`, or give another --url.";
  if (code === "invalid_api_key") return "\nGive another key with --key or GHOSTLLM_API_KEY.";
  return "";
}
