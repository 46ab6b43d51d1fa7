import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";
import type { ExitCode } from "#exit-codes.ts";
import { printable } from "#output.ts";

/** What of it is told to people. */
interface Estimate {
  readonly would_be_admitted: boolean;
  readonly refusal: { readonly code: string; readonly message: string } | null;
  readonly route: {
    readonly first: { readonly provider: string; readonly model: string } | null;
    readonly targets: readonly {
      readonly place: number | null;
      readonly provider: string | null;
      readonly model: string | null;
      readonly state: string;
    }[];
  } | null;
  readonly tokens: { readonly prompt: number };
  readonly price: { readonly prompt_usd: string | null; readonly most_usd: string | null };
  readonly cache: { readonly outcome: string } | null;
  /** Of an older server it is absent. */
  readonly place?: { readonly scope: string; readonly most_wait_ms: number } | null;
}

export function addEstimateCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("estimate [file]")
    .description("what a request would come to, without making it; its body is read from a file, or the standard input")
    .option("--endpoint <path>", "the path that it would be sent to", "/v1/chat/completions")
    .action(async (file: string | undefined, { endpoint }: { endpoint: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { url, key } = await connect();
      const body = readJson(file === undefined ? await text(process.stdin) : await readFile(file, "utf8"));
      const estimate = await ask(`${url}/v1/estimate`, key, { endpoint, body });
      output.show(estimate, linesOf(estimate).map(printable));
    });
}

function readJson(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    throw new CliError("invalid_body", "The request is no JSON", exitCodes.usage);
  }
}

async function ask(url: string, key: string, body: object): Promise<Estimate> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
  if (response === null) throw new CliError("unreachable", `${url} does not answer`, exitCodes.unreachable);
  const answer = await response.text();
  if (!response.ok)
    throw new CliError("refused", `HTTP ${response.status}: ${answer.slice(0, 500)}`, exitOf(response.status));
  return JSON.parse(answer) as Estimate;
}

function exitOf(status: number): ExitCode {
  if (status === 401 || status === 403) return exitCodes.unauthorized;
  return status === 404 ? exitCodes.notFound : exitCodes.usage;
}

function linesOf({
  would_be_admitted: isAdmitted,
  refusal,
  route,
  tokens,
  price,
  cache,
  place = null,
}: Estimate): readonly string[] {
  const targets = (route?.targets ?? []).map(
    ({ place: at, provider, model, state }) =>
      `  ${at ?? "-"}  ${provider === null ? "a target" : `${provider}/${model}`}  ${state}`,
  );
  return [
    isAdmitted ? "It would be admitted." : `It would be refused: ${refusal?.code ?? ""}: ${refusal?.message ?? ""}`,
    ...(place === null
      ? []
      : [
          printable(
            `It would wait until others of its ${place.scope} have ended, ${place.most_wait_ms} ms at the most.`,
          ),
        ]),
    ...(cache === null ? [] : [`cache: ${cache.outcome}`]),
    `prompt: about ${tokens.prompt} tokens`,
    `price: ${price.prompt_usd ?? "unknown"} USD for the prompt, ${price.most_usd ?? "unknown"} USD at the most`,
    ...(targets.length === 0 ? [] : ["targets:", ...targets]),
  ];
}
