// Who is in a team, and as what: changed in its row, at once.

import { teamRoleNames } from "@ghostllm/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus, UserMinus } from "lucide-react";
import { useMemo, useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Team, TeamMember } from "#api/queries.ts";
import { Button, IconButton } from "#parts/button.tsx";
import { ConfirmDialog } from "#parts/dialog.tsx";
import { choiceClass } from "#parts/field.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded, wordsOf } from "#parts/states.tsx";
import { Tag } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { nameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { Table } from "#parts/table/table.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { AddMember } from "./add-member.tsx";

export function PeoplePanel({ team }: { readonly team: Team }) {
  const { queries } = useApi();
  const { mayForAll, mayInTeam } = useCaller();
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const [leaving, setLeaving] = useState<TeamMember | null>(null);
  const members = useQuery(queries.teamMembers(team.id));
  const mayManage = mayInTeam("members.manage", team.id);
  const columns = useMemo(() => memberColumns(team.id, mayManage ? setLeaving : null), [team.id, mayManage]);
  const add = mayManage && (
    <Button look="primary" onClick={() => setDialog("member")}>
      <Plus aria-hidden className="size-3.5" />
      Add somebody
    </Button>
  );
  const opens = mayForAll("users.read") || mayInTeam("users.read", team.id);
  return (
    <Panel title="People" actions={add}>
      <Loaded query={members}>
        {({ items, isWhole }) => (
          <Table
            name="people"
            columns={columns}
            rows={items}
            isWhole={isWhole}
            idOf={({ user_id: id }) => id}
            {...(opens && { onOpen: ({ user_id: id }: TeamMember) => void go(`/users/${id}`) })}
            empty={<Empty>Nobody is in it.</Empty>}
          />
        )}
      </Loaded>
      {dialog === "member" && mayManage && <AddMember team={team} onClose={() => setDialog(undefined)} />}
      {leaving !== null && <RemoveMember team={team} member={leaving} onClose={() => setLeaving(null)} />}
    </Panel>
  );
}

/** `remove`: null where the caller does not say who is in the team. */
function memberColumns(teamId: string, remove: ((member: TeamMember) => void) | null): readonly Column<TeamMember>[] {
  return [
    nameColumn({ id: "email", header: "E-mail", value: ({ email }) => email }),
    textColumn({ id: "name", header: "Name", value: ({ email, username }) => (username === email ? "" : username) }),
    {
      id: "role",
      header: "In the team",
      value: ({ role }) => role,
      cell: (member) =>
        remove === null ? (
          <Tag>{member.role}</Tag>
        ) : (
          <span className="flex items-center gap-1.5">
            <RoleChoice teamId={teamId} member={member} />
            <IconButton label={`Remove ${member.email}`} icon={<UserMinus />} onClick={() => remove(member)} />
          </span>
        ),
    },
    timeColumn({ id: "joined", header: "Joined", value: ({ joined_at }) => joined_at }),
  ];
}

function RoleChoice({ teamId, member }: { readonly teamId: string; readonly member: TeamMember }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const { user_id: userId, email, role } = member;
  const change = useMutation({
    mutationFn: (chosen: (typeof teamRoleNames)[number]) =>
      client.teams.updateMember({ params: { id: teamId, user_id: userId }, body: { role: chosen } }),
    onSuccess: (changed) => toast.tell(`${email} is ${changed.role} from now on`),
    onError: (error) => toast.fail(wordsOf(error)),
    onSettled: () => refresh("teams", "me"),
  });
  return (
    <select
      aria-label={`What ${email} is in the team`}
      className={`h-7 ${choiceClass}`}
      value={change.isPending ? change.variables : role}
      disabled={change.isPending}
      onChange={(event) => {
        const chosen = teamRoleNames.find((name) => name === event.target.value);
        if (chosen !== undefined) change.mutate(chosen);
      }}
    >
      {[...new Set<string>([...teamRoleNames, role])].map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

interface RemoveMemberProps {
  readonly team: Team;
  readonly member: TeamMember;
  readonly onClose: () => void;
}

function RemoveMember({ team, member: { user_id: userId, email }, onClose }: RemoveMemberProps) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const removing = useMutation({
    mutationFn: () => client.teams.removeMember({ params: { id: team.id, user_id: userId } }),
    onSuccess: () => toast.tell(`${email} is out of the team`),
    onError: (error) => toast.fail(wordsOf(error)),
    onSettled: async () => {
      await refresh("teams", "keys", "me");
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title="Remove from the team"
      description={`The keys that ${email} has in ${team.name} stop working at once. Others go on.`}
      name={email}
      action="Remove"
      isBusy={removing.isPending}
      onConfirm={() => removing.mutate()}
      onClose={onClose}
    />
  );
}
