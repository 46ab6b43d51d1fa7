import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";

type EncryptionKey = RouteAnswer<AdminRoutes["encryption"]["get"]>["keys"][number];

/** Of the database; those that open the gateway are `key`. */
export function addKeysCommand(program: Command, contextOf: ContextOf): void {
  const keys = program.command("keys").description("keys that encrypt secrets in the database");
  addShow(keys, contextOf);
  addRotate(keys, contextOf);
}

function addShow(keys: Command, contextOf: ContextOf): void {
  keys
    .command("show")
    .description("which keys there are, and how many stored secrets each of them opens")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const found = await client.encryption.get({});
      if (output.isJson) return output.show(found, []);
      output.table(found.keys, columns, "There are no keys.");
      if (found.unreadable > 0) output.show(found, [`${found.unreadable} stored secrets are opened by none of them.`]);
    });
}

function addRotate(keys: Command, contextOf: ContextOf): void {
  keys
    .command("rotate-kek")
    .description("seal every stored secret with the present key, while the server works")
    .option("--all", "also what is sealed with it already, such as with an earlier version of a key in Vault")
    .action(async ({ all = false }: { all?: boolean }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const done = await client.encryption.rotate({ body: { all } });
      output.show(done, [
        `Sealed with the present key: ${done.resealed}. Left as they are: ${done.unchanged}.`,
        ...done.unreadable.map((reason) => `Cannot be opened: ${reason}`),
      ]);
    });
}

const columns = {
  key: ({ name }: EncryptionKey) => name,
  kind: ({ kind }: EncryptionKey) => kind,
  use: ({ is_present: isPresent }: EncryptionKey) => (isPresent ? "seals and opens" : "opens"),
  secrets: ({ sealed }: EncryptionKey) => String(sealed),
};
