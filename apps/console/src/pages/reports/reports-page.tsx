import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import { reportColumns } from "./report-columns.tsx";
import { ReportForm } from "./report-form.tsx";
import { useReportNames } from "./report-names.ts";
import { newValues, toInput } from "./report-values.ts";

export function ReportsPage() {
  const { queries } = useApi();
  const { may, mayForAll } = useCaller();
  const go = useGo();
  const [dialog, setDialog] = useSearchValue("new");
  const reports = useQuery(queries.reports);
  const { webhookOf, ownerOf } = useReportNames();
  const columns = reportColumns({ webhookOf, ownerOf: mayForAll("reports.manage") ? ownerOf : null });
  const create = may("reports.manage") && (
    <Button look="primary" onClick={() => setDialog("report")}>
      <Plus aria-hidden className="size-3.5" />
      Create report
    </Button>
  );
  return (
    <Page title="Reports" actions={create}>
      <Panel>
        <Loaded query={reports}>
          {({ items, isWhole }) => (
            <Table
              name="reports"
              tools={<ViewsMenu page="reports" />}
              columns={columns}
              rows={items}
              isWhole={isWhole}
              idOf={({ id }) => id}
              onOpen={({ id }) => void go(`/reports/${id}`)}
              empty={
                <Empty action={create}>
                  A report is usage of the last days, weeks or months, sent by mail or to a webhook when it is due.
                </Empty>
              }
            />
          )}
        </Loaded>
      </Panel>
      {dialog === "report" && may("reports.manage") && <CreateReport onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function CreateReport({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const { me } = useCaller();
  const refresh = useRefresh();
  const toast = useToast();
  const go = useGo();
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Dialog
      isOpen
      title="Create a report"
      description="It is made when it is due, of what you may see then."
      onClose={onClose}
    >
      <ReportForm
        present={null}
        defaultValues={newValues(zone, me.user?.email ?? "")}
        action="Create report"
        onCancel={onClose}
        send={async (values) => {
          const { id, name } = await client.reports.create({ body: toInput(values) });
          await refresh("reports");
          await go(`/reports/${id}`);
          toast.tell(`“${name}” is made when it is due`);
        }}
      />
    </Dialog>
  );
}
