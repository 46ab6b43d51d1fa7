// Who was erased: ids that lead to nobody, and how far what others read has been looked through.

import { useQuery } from "@tanstack/react-query";
import { useApi, useRefresh } from "#api/api.tsx";
import type { Erasure } from "#api/queries.ts";
import { IdCell } from "#parts/copy.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, timeColumn } from "#parts/table/kinds.tsx";
import { Table } from "#parts/table/table.tsx";

export function ErasuresPanel() {
  const { queries } = useApi();
  const erasures = useQuery(queries.erasures);
  return (
    <Panel>
      <Loaded query={erasures}>
        {({ items, isWhole }) => (
          <Table
            name="erasures"
            columns={columns}
            rows={items}
            isWhole={isWhole}
            idOf={({ user_id: id }) => id}
            empty={<Empty>Nobody was erased. A user is erased on the page of the user.</Empty>}
          />
        )}
      </Loaded>
    </Panel>
  );
}

const columns: readonly Column<Erasure>[] = [
  {
    id: "user",
    header: "User",
    value: ({ user_id: id }) => id,
    cell: ({ user_id: id }) => <IdCell id={id} />,
  },
  {
    id: "state",
    header: "State",
    value: ({ state }) => state,
    cell: ({ state }) => (
      <Status tone={state === "done" ? "good" : "info"}>{state === "running" ? "looking through logs" : state}</Status>
    ),
  },
  timeColumn({ id: "started", header: "Erased", value: ({ started_at: at }) => at }),
  timeColumn({ id: "finished", header: "Done", value: ({ finished_at: at }) => at }),
  countColumn({ id: "requests", header: "Requests", value: ({ requests }) => requests }),
  countColumn({ id: "entries", header: "Audit entries", value: ({ entries }) => entries }),
  countColumn({ id: "events", header: "Events", value: ({ events }) => events }),
];

/** Who was deleted before has no page any more, and is told of in logs all the same. */
export function EraseDeleted({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const { form, failure, isBusy, submit } = useServerForm({
    defaultValues: { id: "" },
    send: async ({ id }: { readonly id: string }) => {
      await client.personalData.erase({ params: { id: id.trim() } });
      await refresh("users", "erasures");
      onClose();
    },
  });
  return (
    <Dialog
      isOpen
      title="Erase a deleted user"
      description="For good: what tells of the user in logs, events and requests is taken out."
      onClose={onClose}
    >
      <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
        <TextField
          label="Id of the user"
          autoFocus
          spellCheck={false}
          className="font-mono"
          help="Entries of the audit log about the deletion have it."
          field={form.register("id")}
        />
        <FormFailure failure={failure} />
        <FormButtons action="Erase for good" isBusy={isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
