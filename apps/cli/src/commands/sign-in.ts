import type { Client } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import { collectGroupRole, type GroupRole } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes, notFound } from "#exit-codes.ts";
import { listAll } from "@ghostllm/contract/list-all";

type Method = RouteAnswer<AdminRoutes["signInMethods"]["get"]>;

interface AddOptions {
  readonly label: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly scope?: string[];
  readonly groupsClaim?: string;
  readonly emailClaim?: string;
  readonly trustEmail?: boolean;
  readonly domain?: string[];
  readonly groupRole?: GroupRole[];
}

export function addSignInCommand(program: Command, contextOf: ContextOf): void {
  const signIn = program.command("sign-in").description("issuers (OpenID Connect) by which people sign in");
  addAddCommand(signIn, contextOf);

  signIn
    .command("list")
    .description("list sign-in methods")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.table(await listMethods(client), columns, "People sign in with passwords alone.");
    });

  signIn
    .command("test <label-or-id>")
    .description("ask an issuer what it is")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, label } = await findMethod(client, name);
      const test = await client.signInMethods.test({ params: { id } });
      if (!test.ok) throw new CliError("sign_in_test_failed", `${label}: ${test.fault ?? ""}`, exitCodes.failure);
      output.show(test, [`${label} is ${test.issuer ?? ""}`]);
    });

  signIn
    .command("remove <label-or-id>")
    .description("delete a sign-in method; sessions that were begun by it end, users stay")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, label } = await findMethod(client, name);
      output.show(await client.signInMethods.remove({ params: { id } }), [`Deleted ${label}`]);
    });
}

function addAddCommand(signIn: Command, contextOf: ContextOf): void {
  signIn
    .command("add")
    .description("let people sign in at an issuer")
    .requiredOption("--label <text>", "what the button of the sign-in page says")
    .requiredOption("--issuer <url>", "as the issuer names itself")
    .requiredOption("--client-id <id>", "of GhostLLM, at the issuer")
    .option("--client-secret <secret>", "of the client; - reads it from the standard input")
    .option("--scope <name...>", "what is asked for; openid, email and profile where left out")
    .option("--groups-claim <name>", "where groups are: groups, where left out")
    .option("--email-claim <name>", "where the address is: email, where left out")
    .option("--trust-email", "addresses count as verified where the issuer says nothing of that")
    .option("--domain <name...>", "people with such addresses become users; * is any")
    .option("--group-role <group=role>", "may be given several times; the first that fits counts", collectGroupRole)
    .action(async (options: AddOptions, command: Command) => {
      const { output, connect, readSecret } = contextOf(command);
      const { client } = await connect();
      const { clientSecret, groupsClaim: groups, emailClaim: email } = options;
      const created = await client.signInMethods.create({
        body: {
          ...{ label: options.label, issuer: options.issuer, client_id: options.clientId },
          ...(clientSecret !== undefined && { client_secret: await readSecret(clientSecret) }),
          ...(options.scope !== undefined && { scopes: options.scope }),
          ...{ claims: { groups, email }, trusts_email: options.trustEmail === true },
          ...{ provision_domains: options.domain ?? [], group_roles: options.groupRole ?? [] },
        },
      });
      output.show(created, [`Added ${created.label} (${created.id})`]);
    });
}

function listMethods(client: Client): Promise<readonly Method[]> {
  return listAll((query) => client.signInMethods.list({ query }));
}

async function findMethod(client: Client, name: string): Promise<Method> {
  const found = (await listMethods(client)).find(({ id, label }) => id === name || label === name);
  if (found === undefined) throw notFound("sign-in method", name.slice(0, 60));
  return found;
}

const columns = {
  label: ({ label }: Method) => label,
  issuer: ({ issuer }: Method) => issuer,
  "client id": ({ client_id: clientId }: Method) => clientId,
  active: ({ is_active: isActive }: Method) => (isActive ? "yes" : "no"),
  id: ({ id }: Method) => id,
};
