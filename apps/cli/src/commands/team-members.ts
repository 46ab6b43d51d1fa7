import { teamRoleNames } from "@ghostllm/contract";
import type { TeamRoleName } from "@ghostllm/contract";
import { Option } from "commander";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findMember, findTeam } from "#lookup.ts";
import type { TeamMember } from "#lookup.ts";

const asOption = () => new Option("--as <role>", "what the user is in the team").choices(teamRoleNames);

export function addTeamMemberCommands(team: Command, contextOf: ContextOf): void {
  addMembers(team, contextOf);
  addAdd(team, contextOf);
  addSet(team, contextOf);
  addRemove(team, contextOf);
}

function addMembers(team: Command, contextOf: ContextOf): void {
  team
    .command("members <team>")
    .description("list who is in a team")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findTeam(client, name);
      const members = await listAll((query) => client.teams.members({ params: { id }, query }));
      output.table(members, columns, "Nobody is in it.");
    });
}

function addAdd(team: Command, contextOf: ContextOf): void {
  team
    .command("add <team> <email-or-id>")
    .description("take a user into a team")
    .addOption(asOption().default("member"))
    .action(async (name: string, user: string, { as: role }: { as: TeamRoleName }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findTeam(client, name);
      // By the address also a user whom the caller cannot look up.
      const who = user.includes("@") ? { email: user } : { user_id: user };
      const added = await client.teams.addMember({ params: { id }, body: { ...who, role } });
      output.show(added, [`${added.email} is ${added.role} of ${name}`]);
    });
}

function addSet(team: Command, contextOf: ContextOf): void {
  team
    .command("set <team> <email-or-id>")
    .description("change what a user is in a team")
    .addOption(asOption().makeOptionMandatory())
    .action(async (name: string, user: string, { as: role }: { as: TeamRoleName }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findTeam(client, name);
      const { user_id: userId } = await findMember(client, id, user);
      const changed = await client.teams.updateMember({ params: { id, user_id: userId }, body: { role } });
      output.show(changed, [`${changed.email} is ${changed.role} of ${name}`]);
    });
}

function addRemove(team: Command, contextOf: ContextOf): void {
  team
    .command("remove <team> <email-or-id>")
    .description("take a user out of a team; the user's keys of the team have stopped working when the command ends")
    .action(async (name: string, user: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findTeam(client, name);
      const { user_id: userId, email } = await findMember(client, id, user);
      const answer = await client.teams.removeMember({ params: { id, user_id: userId } });
      output.show(answer, [`${email} is in ${name} no more`]);
    });
}

const columns = {
  email: ({ email }: TeamMember) => email,
  name: ({ username }: TeamMember) => username,
  role: ({ role }: TeamMember) => role,
  joined: ({ joined_at: joined }: TeamMember) => joined.slice(0, 10),
  id: ({ user_id: id }: TeamMember) => id,
};
