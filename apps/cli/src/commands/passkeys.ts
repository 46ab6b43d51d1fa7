import type { Command } from "commander";
import type { RouteAnswer, AdminRoutes } from "@ghostllm/contract/routes";
import type { ContextOf } from "#context.ts";
import { findUser } from "#lookup.ts";

type Passkey = RouteAnswer<AdminRoutes["passkeys"]["ofUser"]>["data"][number];

/** For who has lost a device. */
export function addPasskeyCommands(user: Command, contextOf: ContextOf): void {
  user
    .command("passkeys <email-or-id>")
    .description("by which passkeys a user signs in")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, email } = await findUser(client, name);
      const { data } = await client.passkeys.ofUser({ params: { id } });
      output.table(data, columns, `${email} has no passkey.`);
    });

  user
    .command("remove-passkey <email-or-id> <passkey-id>")
    .description("for who has lost the device: nobody signs in with it from then on")
    .action(async (name: string, passkeyId: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, email } = await findUser(client, name);
      const removed = await client.passkeys.removeOfUser({ params: { id, passkey_id: passkeyId } });
      output.show(removed, [`Nobody signs in as ${email} with it any more`]);
    });
}

const columns = {
  name: ({ name }: Passkey) => name,
  host: ({ rp_id: host }: Passkey) => host,
  synced: ({ synced }: Passkey) => (synced ? "yes" : "no"),
  added: ({ created_at: added }: Passkey) => added.slice(0, 10),
  "last used": ({ last_used_at: used }: Passkey) => used?.slice(0, 10) ?? "never",
  id: ({ id }: Passkey) => id,
};
