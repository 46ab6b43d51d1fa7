import { once } from "node:events";
import { connect } from "node:tls";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";

type Certificate = RouteAnswer<AdminRoutes["certificates"]["list"]>["data"][number];

export function addTlsCommand(program: Command, contextOf: ContextOf): void {
  const tls = program.command("tls").description("certificates that clients are shown");
  tls
    .command("list")
    .description("which there are, until when, and what becomes of their renewal")
    .action(async (_options: object, command: Command) => {
      const { output, connect: open } = contextOf(command);
      const { client } = await open();
      const list = await client.certificates.list({});
      output.show(list, list.data.length === 0 ? ["None: this server speaks plain HTTP."] : list.data.flatMap(linesOf));
    });
  tls
    .command("renew")
    .description("ask the authority for another certificate now")
    .action(async (_options: object, command: Command) => {
      const { output, connect: open } = contextOf(command);
      const { client } = await open();
      const asked = await client.certificates.renew({});
      output.show(asked, ["The authority is asked. `ghostllm tls list` shows what comes of it."]);
    });
  addFingerprint(tls, contextOf);
}

function addFingerprint(tls: Command, contextOf: ContextOf): void {
  tls
    .command("fingerprint")
    .argument("<host:port>", "a port that speaks TLS, such as 127.0.0.1:4433")
    .description(
      "what a server shows of itself, by SHA-256, to be compared with what clients pin; run it on its machine",
    )
    .action(async (place: string, _options: object, command: Command) => {
      const { output } = contextOf(command);
      const fingerprint = await readFingerprint(place);
      output.show({ place, fingerprint }, [fingerprint]);
    });
}

function linesOf({ name, source, domains, issuer, not_after: until, fingerprint, ...more }: Certificate): string[] {
  const { renewal, is_temporary: isTemporary } = more;
  const error = renewal?.last_error ?? null;
  return [
    isTemporary ? `${name}: none yet` : `${name}: ${domains.join(", ")}, until ${until}`,
    `  ${source}, by ${issuer}`,
    `  SHA-256 ${fingerprint}`,
    ...(renewal === null ? [] : [`  ${renewal.directory_url} is asked again at ${renewal.next_attempt_at}`]),
    ...(error === null ? [] : [`  refused ${renewal?.failures} times in a row: ${error}`]),
  ];
}

const patienceMs = 10_000;

/** Nobody is trusted here, and nothing is sent: it is looked at, and compared by whoever asks. */
async function readFingerprint(place: string): Promise<string> {
  const { hostname, port } = URL.parse(`https://${place.replace(/^https:\/\//, "")}`) ?? { hostname: "", port: "" };
  if (hostname === "") throw new CliError("invalid_address", `'${place}' is no host and port`, exitCodes.usage);
  const host = hostname.replace(/^\[|\]$/g, "");
  const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false, minVersion: "TLSv1.3" });
  const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
  try {
    await once(socket, "secureConnect");
    return socket.getPeerCertificate().fingerprint256;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError("unreachable", `${place} does not speak TLS: ${reason}`, exitCodes.unreachable);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
