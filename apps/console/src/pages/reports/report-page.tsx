import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Report } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { IdCell } from "#parts/copy.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useToast } from "#parts/toast.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { useTask } from "#parts/use-task.ts";
import { Time } from "#parts/values.tsx";
import { DownloadButton } from "./download-button.tsx";
import { ReportForm } from "./report-form.tsx";
import { useReportNames } from "./report-names.ts";
import { toInput, valuesOf } from "./report-values.ts";
import { contentWords, recipientWords, scheduleWords, stateOfReport } from "./report-words.ts";
import { RunsPanel } from "./runs-panel.tsx";

export function ReportPage() {
  const { id = "" } = useParams({ strict: false });
  const { queries } = useApi();
  const report = useQuery(queries.report(id));
  const { data } = report;
  return (
    <Page
      title={data?.name ?? "Report"}
      parent={{ title: "Reports", path: "/reports" }}
      actions={data !== undefined && <ReportActions report={data} />}
    >
      <Loaded query={report}>
        {(one) => (
          <>
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
              <ReportFacts report={one} />
              <Settings report={one} />
            </div>
            <RunsPanel report={one} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function ReportActions({ report }: { readonly report: Report }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const { id, name } = report;
  const running = useTask(async () => {
    await client.reports.run({ params: { id } });
    await refresh("reports");
    toast.tell(`“${name}” is being made: its runs say what becomes of it`);
  });
  return (
    <>
      <Button look="primary" isBusy={running.isPending} onClick={() => running.mutate()}>
        Run now
      </Button>
      <DownloadButton report={report} before={null} />
      <Removal
        action="Delete report"
        description="It is not made any more, and what became of it so far is deleted as well."
        name={name}
        remove={() => client.reports.remove({ params: { id } })}
        touches={["reports"]}
        leadsTo="/reports"
      />
    </>
  );
}

function ReportFacts({ report }: { readonly report: Report }) {
  const { tone, word } = stateOfReport(report);
  const { webhookOf } = useReportNames();
  return (
    <Panel title="Report">
      <Facts
        facts={[
          ["State", <Status tone={tone}>{word}</Status>],
          ["When", scheduleWords(report.schedule)],
          ["Next", <Time at={report.next_at} />],
          ["Of", contentWords(report)],
          ["To", recipientWords(report, webhookOf)],
          ["Shows", <Owner id={report.user_id} />],
          ["Changed", <Time at={report.updated_at} />],
          ["Created", <Time at={report.created_at} />],
          ["Id", <IdCell id={report.id} />],
        ]}
      />
    </Panel>
  );
}

/** Whose it is, and so what it shows. */
function Owner({ id }: { readonly id: string }) {
  const { me, may } = useCaller();
  const { ownerOf } = useReportNames();
  if (id === me.user?.id) return "what you may see when it is made";
  const name = ownerOf(id);
  return (
    <>
      what{" "}
      {may("users.read") ? (
        <Link to="/users/$id" params={{ id }} className="text-accent hover:underline">
          {name}
        </Link>
      ) : (
        name
      )}{" "}
      may see when it is made
    </>
  );
}

function Settings({ report }: { readonly report: Report }) {
  const { client } = useApi();
  const changed = useChanged();
  const params = { id: report.id };
  return (
    <Panel title="Settings" actions={<SwitchButton report={report} />}>
      <div className="px-4 py-3">
        <ReportForm
          present={report}
          defaultValues={valuesOf(report)}
          action="Save changes"
          send={async (values, call) => {
            await client.reports.update({ params, body: toInput(values) }, call);
            await changed(values.name, "reports");
          }}
        />
      </div>
    </Panel>
  );
}

function SwitchButton({ report: { id, is_active: isActive } }: { readonly report: Report }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const switching = useTask(async () => {
    await client.reports.update({ params: { id }, body: { is_active: !isActive } });
    await refresh("reports");
  });
  return (
    <Button isBusy={switching.isPending} onClick={() => switching.mutate()}>
      {isActive ? "Switch off" : "Switch on"}
    </Button>
  );
}
