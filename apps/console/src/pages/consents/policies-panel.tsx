import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import type { ConsentPolicy } from "#api/queries.ts";
import { useHolderName } from "#holders/holder-name.ts";
import { Dialog } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, nameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { Table } from "#parts/table/table.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo } from "#parts/use-search.ts";
import { PolicyForm } from "./policy-form.tsx";
import { conditionWords } from "./policy-words.ts";

const columns: readonly Column<ConsentPolicy>[] = [
  nameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
  {
    id: "state",
    header: "State",
    value: ({ is_active: isActive }) => (isActive ? "on" : "off"),
    cell: ({ is_active: isActive }) => <Status tone={isActive ? "good" : "off"}>{isActive ? "on" : "off"}</Status>,
  },
  {
    id: "holder",
    header: "Applies to",
    value: ({ applies_to: { kind, id } }) => `${kind} ${id ?? ""}`,
    cell: ({ applies_to: of }) => <Holder of={of} />,
  },
  textColumn({ id: "holds", header: "Holds what", value: conditionWords }),
  countColumn({ id: "minutes", header: "Minutes", value: ({ valid_minutes: minutes }) => minutes }),
  timeColumn({ id: "changed", header: "Changed", value: ({ updated_at }) => updated_at }),
  timeColumn({ id: "created", header: "Created", value: ({ created_at }) => created_at, isHidden: true }),
];

function Holder({ of }: { readonly of: ConsentPolicy["applies_to"] }) {
  const name = useHolderName(of);
  return (
    <span className="block max-w-64 truncate text-muted" title={name}>
      {name}
    </span>
  );
}

export function PoliciesPanel({ create }: { readonly create: ReactNode }) {
  const { queries } = useApi();
  const go = useGo();
  const policies = useQuery(queries.consentPolicies);
  return (
    <Panel>
      <Loaded query={policies}>
        {({ items, isWhole }) => (
          <Table
            name="policies"
            columns={columns}
            rows={items}
            isWhole={isWhole}
            idOf={({ id }) => id}
            onOpen={({ id }) => void go(`/consents/policies/${id}`)}
            empty={<Empty action={create}>A policy holds requests until somebody has approved them.</Empty>}
          />
        )}
      </Loaded>
    </Panel>
  );
}

export function CreatePolicy({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const go = useGo();
  return (
    <Dialog
      isOpen
      title="Create a consent policy"
      description="It holds what meets all that is said here, within a second. With nothing said, every request of whom it applies to."
      onClose={onClose}
    >
      <PolicyForm
        present={null}
        action="Create policy"
        onCancel={onClose}
        send={async (body) => {
          const { id, name } = await client.consentPolicies.create({ body });
          await refresh("consent-policies");
          toast.tell(`“${name}” is created, and in force`);
          await go(`/consents/policies/${id}`);
        }}
      />
    </Dialog>
  );
}
