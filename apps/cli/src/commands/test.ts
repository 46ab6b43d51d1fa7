import type { Client } from "@ghostllm/contract/client";
import type { Command } from "commander";
import type { Connection } from "#connection.ts";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodeOf, exitCodes } from "#exit-codes.ts";
import type { ExitCode } from "#exit-codes.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { tryRoundTrip } from "#round-trip.ts";
import { inspectConfiguration } from "#local-configuration.ts";

interface Check {
  readonly name: string;
  readonly outcome: "ok" | "failed" | "skipped";
  readonly detail: string;
  /** What the command ends with when this is the first failure. */
  readonly exitCode: ExitCode;
}

export function addTestCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("test")
    .description(
      "find out what does not work: configuration, server, database, providers, a request through the gateway",
    )
    .option("--model <model>", "model of the request; the demo, else the cheapest one with a known price")
    .action(async ({ model }: { model?: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const checks = await diagnose(connect, model);
      const width = Math.max(...checks.map(({ name }) => name.length));
      output.show(
        {
          ok: checks.every(({ outcome }) => outcome !== "failed"),
          checks: checks.map(({ name, outcome, detail }) => ({ name, outcome, detail })),
        },
        checks.map(({ name, outcome, detail }) => `${outcome.padEnd(7)}  ${name.padEnd(width)}  ${detail}`),
      );
      const failed = checks.find(({ outcome }) => outcome === "failed");
      if (failed !== undefined) throw new CliError("test_failed", `${failed.name}: ${failed.detail}`, failed.exitCode);
    });
}

/** Later checks need the earlier ones, so it ends where nothing more can be said. */
async function diagnose(connect: () => Promise<Connection>, model: string | undefined): Promise<readonly Check[]> {
  const checks: Check[] = [await run("configuration", checkConfiguration)];
  let connection: Connection | undefined;
  checks.push(
    await run("server", async () => {
      connection = await connect();
      return `${connection.url} answers as ${(await connection.client.sessions.me()).role}`;
    }),
  );
  if (connection === undefined || checks.at(-1)?.outcome !== "ok") return checks;
  const { client, url } = connection;
  checks.push(await run("database", () => checkHealth(url)));
  checks.push(...(await checkProviders(client)));
  checks.push(await run("round trip", () => tryRoundTrip({ client, url, model })));
  return checks;
}

async function run(name: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { name, outcome: "ok", detail: await work(), exitCode: exitCodes.ok };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, outcome: "failed", detail, exitCode: exitCodeOf(error) };
  }
}

async function checkConfiguration(): Promise<string> {
  const { file, warnings } = await inspectConfiguration();
  return [file === null ? "valid, from the environment" : `${file} is valid`, ...warnings].join("; ");
}

async function checkHealth(url: string): Promise<string> {
  const response = await fetch(new URL("/health", url));
  const report = await response.text();
  if (!response.ok) throw new CliError("unhealthy", `/health says ${report}`, exitCodes.failure);
  return "the server says that all its parts are well";
}

async function checkProviders(client: Client): Promise<readonly Check[]> {
  const providers = await listAll((query) => client.providers.list({ query }));
  return Promise.all(
    providers.map(async ({ id, name, enabled }): Promise<Check> => {
      const label = `provider ${name}`;
      if (!enabled) return { name: label, outcome: "skipped", detail: "it is disabled", exitCode: exitCodes.ok };
      return run(label, async () => {
        const { ok, message } = await client.providers.test({ params: { id } });
        if (!ok) throw new CliError("provider_test_failed", message, exitCodes.failure);
        return message;
      });
    }),
  );
}
