import type { Guardrail } from "#api/queries.ts";
import { useHolderName } from "#holders/holder-name.ts";
import { Status, Tag } from "#parts/status.tsx";
import type { Tone } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { nameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { actionWords, checkWords, kindWords, stageWords, wordOf } from "./guardrail-words.ts";

export const guardrailColumns: readonly Column<Guardrail>[] = [
  nameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
  {
    id: "state",
    header: "State",
    value: ({ is_active: isActive }) => (isActive ? "on" : "off"),
    cell: ({ is_active: isActive }) => <Status tone={isActive ? "good" : "off"}>{isActive ? "on" : "off"}</Status>,
  },
  {
    id: "action",
    header: "Action",
    value: ({ action }) => action,
    cell: ({ action }) => <ActionTag action={action} />,
  },
  textColumn({ id: "kind", header: "Kind", value: ({ check: { kind } }) => wordOf(kindWords, kind) }),
  textColumn({ id: "check", header: "Looks for", value: ({ check }) => checkWords(check) }),
  textColumn({ id: "stage", header: "In", value: ({ stage }) => wordOf(stageWords, stage) }),
  {
    id: "holder",
    header: "Applies to",
    value: ({ applies_to: { kind, id } }) => `${kind} ${id ?? ""}`,
    cell: ({ applies_to: of }) => <Holder of={of} />,
  },
  textColumn({ id: "models", header: "Models", value: ({ models }) => models?.join(", ") ?? "any" }),
  timeColumn({ id: "updated", header: "Changed", value: ({ updated_at }) => updated_at }),
  timeColumn({ id: "created", header: "Created", value: ({ created_at }) => created_at, isHidden: true }),
];

const tones: Readonly<Record<string, Tone>> = { block: "bad", redact: "warn", flag: "info" };

export function ActionTag({ action }: Pick<Guardrail, "action">) {
  return <Tag tone={tones[action] ?? "off"}>{wordOf(actionWords, action)}</Tag>;
}

function Holder({ of }: { readonly of: Guardrail["applies_to"] }) {
  const name = useHolderName(of);
  return (
    <span className="block max-w-64 truncate text-muted" title={name}>
      {name}
    </span>
  );
}
