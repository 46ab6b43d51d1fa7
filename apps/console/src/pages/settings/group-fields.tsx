// The rows by which groups give roles and lead into teams. The first row of roles that fits counts, so their order can be changed.

import { roleNames, teamRoleNames } from "@ghostllm/contract";
import { useQuery } from "@tanstack/react-query";
import { ArrowUp, Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Button, IconButton } from "#parts/button.tsx";
import { inputClass } from "#parts/field.tsx";
import type { GroupRole, GroupTeam } from "./group-lists.ts";

interface FieldsProps<Row> {
  readonly rows: readonly Row[];
  readonly onChange: (rows: readonly Row[]) => void;
  /** Of a field of one row, such as `group_roles[0].group`. */
  readonly errorOf: (name: string) => string | undefined;
}

/** Whoever may not list roles has those that come with GhostLLM. */
export function useRoleNames(present: readonly string[]): readonly string[] {
  const { queries } = useApi();
  const { may } = useCaller();
  const { data } = useQuery({ ...queries.roles, enabled: may("roles.read") });
  return [...new Set([...(data?.map(({ name }) => name) ?? roleNames), ...present])];
}

export function GroupRoleFields({ rows, onChange, errorOf }: FieldsProps<GroupRole>) {
  const roles = useRoleNames(rows.map(({ role }) => role));
  const change = (at: number, changed: Partial<GroupRole>): void => onChange(changedAt(rows, at, changed));
  return (
    <RowsField
      legend="Roles by group"
      help="The first whose group somebody is in gives his role, at every sign-in. Without any, roles are set by hand."
      name="group_roles"
      add="Add role"
      rows={rows}
      blank={{ group: "", role: roles[0] ?? "member" }}
      isOrdered
      onChange={onChange}
      errorOf={errorOf}
    >
      {(row, at) => (
        <>
          <GroupInput label={`Group of role ${at + 1}`} value={row.group} onChange={(group) => change(at, { group })} />
          <Choice label={`Role ${at + 1}`} value={row.role} onChange={(role) => change(at, { role })}>
            {roles.map((role) => (
              <option key={role}>{role}</option>
            ))}
          </Choice>
        </>
      )}
    </RowsField>
  );
}

export function GroupTeamFields({ rows, onChange, errorOf }: FieldsProps<GroupTeam>) {
  const { queries } = useApi();
  const { may } = useCaller();
  const teams = useQuery({ ...queries.teams, enabled: may("teams.read") }).data?.items ?? [];
  const change = (at: number, changed: Partial<GroupTeam>): void => onChange(changedAt(rows, at, changed));
  if (teams.length === 0 && rows.length === 0) return null;
  return (
    <RowsField
      legend="Teams by group"
      help="Who is in such a group is in the team for as long as he is in it. Teams that are not named are not touched."
      name="group_teams"
      add="Add team"
      rows={rows}
      blank={{ group: "", team_id: teams[0]?.id ?? "", role: "member" }}
      onChange={onChange}
      errorOf={errorOf}
    >
      {(row, at) => (
        <>
          <GroupInput label={`Group of team ${at + 1}`} value={row.group} onChange={(group) => change(at, { group })} />
          <Choice label={`Team ${at + 1}`} value={row.team_id} onChange={(team_id) => change(at, { team_id })}>
            {teams.every(({ id }) => id !== row.team_id) && <option value={row.team_id}>{row.team_id}</option>}
            {teams.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Choice>
          <Choice label={`As what in team ${at + 1}`} value={row.role} onChange={(role) => change(at, { role })}>
            {teamRoleNames.map((role) => (
              <option key={role}>{role}</option>
            ))}
          </Choice>
        </>
      )}
    </RowsField>
  );
}

function changedAt<Row extends object>(rows: readonly Row[], at: number, changed: Partial<Row>): readonly Row[] {
  return rows.map((row, place) => (place === at ? { ...row, ...changed } : row));
}

interface RowsFieldProps<Row> extends FieldsProps<Row> {
  readonly legend: string;
  readonly help: string;
  /** As the server knows the list. */
  readonly name: string;
  readonly add: string;
  readonly blank: Row;
  readonly isOrdered?: true;
  readonly children: (row: Row, at: number) => ReactNode;
}

function RowsField<Row>(props: RowsFieldProps<Row>) {
  const { legend, help, name, add, rows, blank, isOrdered, onChange, errorOf, children } = props;
  const fault = errorOf(name);
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1 font-medium">{legend}</legend>
      <p className="text-xs text-muted">{help}</p>
      {rows.map((row, at) => (
        // Rows have no names of their own, and are few.
        <div key={at} className="grid gap-1">
          <div className="flex flex-wrap items-center gap-1.5 sm:flex-nowrap">
            {children(row, at)}
            {isOrdered === true && (
              <IconButton
                label={`Move ${legend.toLowerCase()} ${at + 1} up`}
                icon={<ArrowUp />}
                disabled={at === 0}
                onClick={() => onChange(moveUp(rows, at))}
              />
            )}
            <IconButton
              label={`Remove ${legend.toLowerCase()} ${at + 1}`}
              icon={<X />}
              onClick={() => onChange(rows.toSpliced(at, 1))}
            />
          </div>
          <Fault words={faultOfRow(errorOf, name, at)} />
        </div>
      ))}
      <Fault words={fault} />
      <div>
        <Button onClick={() => onChange([...rows, blank])}>
          <Plus aria-hidden className="size-3.5" />
          {add}
        </Button>
      </div>
    </fieldset>
  );
}

function moveUp<Row>(rows: readonly Row[], at: number): readonly Row[] {
  return [...rows.slice(0, at - 1), ...rows.slice(at, at + 1), ...rows.slice(at - 1, at), ...rows.slice(at + 1)];
}

function faultOfRow(errorOf: (name: string) => string | undefined, name: string, at: number): string | undefined {
  return ["group", "role", "team_id"].map((field) => errorOf(`${name}[${at}].${field}`)).find(Boolean);
}

function Fault({ words }: { readonly words: string | undefined }) {
  return words === undefined ? null : (
    <p role="alert" className="text-xs text-bad">
      {words}
    </p>
  );
}

interface InputProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function GroupInput({ label, value, onChange }: InputProps) {
  return (
    <input
      aria-label={label}
      placeholder="group"
      autoComplete="off"
      spellCheck={false}
      className={`${inputClass} min-w-32 flex-1`}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function Choice({ label, value, onChange, children }: InputProps & { readonly children: ReactNode }) {
  return (
    <select
      aria-label={label}
      className={`${inputClass} w-auto! min-w-24 pr-7`}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {children}
    </select>
  );
}
