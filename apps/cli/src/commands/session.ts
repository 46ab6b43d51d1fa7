import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findUser } from "#lookup.ts";

type Session = RouteAnswer<AdminRoutes["sessions"]["list"]>["data"][number];

export function addSessionCommand(program: Command, contextOf: ContextOf): void {
  const session = program.command("session").description("who has signed in");

  session
    .command("list")
    .description("list sessions that go on")
    .option("--user <email-or-id>", "only those of this user")
    .action(async ({ user }: { readonly user?: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const ofUser = user === undefined ? {} : { user_id: (await findUser(client, user)).id };
      const sessions = await listAll((query) => client.sessions.list({ query: { ...query, ...ofUser } }));
      output.table(sessions, columns, "Nobody has signed in.");
    });

  session
    .command("end [id]")
    .description("end a session, or with --user all of a user; keys go on working")
    .option("--user <email-or-id>", "all sessions of this user")
    .action(async (id: string | undefined, { user }: { readonly user?: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      if (user === undefined && id === undefined) return command.error("error: give the id of a session, or --user");
      if (user === undefined)
        return output.show(await client.sessions.remove({ params: { id: id ?? "" } }), [`Ended ${id}`]);
      const found = await findUser(client, user);
      const ended = await client.sessions.removeOfUser({ params: { id: found.id } });
      output.show(ended, [`Ended ${ended.ended} sessions of ${found.email}`]);
    });
}

const columns = {
  user: ({ user_id: userId }: Session) => userId,
  by: ({ method, browser }: Session) => `${method}${browser ? ", browser" : ""}`,
  from: ({ address }: Session) => address,
  "last used": ({ seen_at: seen }: Session) => seen.slice(0, 16),
  ends: ({ expires_at: expires }: Session) => expires.slice(0, 16),
  id: ({ id }: Session) => id,
};
