import { useMutation, useQuery } from "@tanstack/react-query";
import { isUnderWay } from "#api/backup-queries.ts";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { BackupPlan, BackupRun } from "#api/queries.ts";
import { formatBytes } from "#format/bytes.ts";
import { formatDuration } from "#format/time.ts";
import { Button } from "#parts/button.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Empty, Loaded, wordsOf } from "#parts/states.tsx";
import { Status, Tag } from "#parts/status.tsx";
import type { Tone } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { Table } from "#parts/table/table.tsx";
import { useToast } from "#parts/toast.tsx";
import { Time } from "#parts/values.tsx";

/** Where backups go, what became of them, and one more. */
export function BackupsSection() {
  const { queries } = useApi();
  const plan = useQuery(queries.backupPlan);
  const backups = useQuery(queries.backups);
  return (
    <div className="grid grid-cols-1 gap-4">
      <Panel title="Backups" actions={<BackUpNow isMaking={backups.data?.items.some(isUnderWay) === true} />}>
        <Loaded query={plan}>{(known) => <Facts facts={factsOf(known)} />}</Loaded>
      </Panel>
      <Panel title="Made" note="ghostllm backups lists all that are there">
        <Loaded query={backups}>
          {({ items, isWhole }) => (
            <Table
              name="backups"
              columns={columns}
              rows={items}
              isWhole={isWhole}
              idOf={({ id }) => id}
              empty={<Empty>A backup is restored with ghostllm restore, into an empty server.</Empty>}
            />
          )}
        </Loaded>
      </Panel>
    </div>
  );
}

function BackUpNow({ isMaking }: { readonly isMaking: boolean }) {
  const { client } = useApi();
  const { may } = useCaller();
  const refresh = useRefresh();
  const toast = useToast();
  const asking = useMutation({
    mutationFn: () => client.backups.create({}),
    onSuccess: () => refresh("backups"),
    onError: (error) => toast.fail(wordsOf(error)),
  });
  if (!may("backups.create")) return null;
  return (
    <Button isBusy={asking.isPending || isMaking} onClick={() => asking.mutate()}>
      Back up now
    </Button>
  );
}

function factsOf(plan: BackupPlan): Parameters<typeof Facts>[0]["facts"] {
  const { place, sealed_by: sealedBy, every_seconds: every, journal } = plan;
  if (place === null) return [["Place", "none is configured: set backup.to"]];
  return [
    ["Place", place],
    ["Sealed", sealedBy === "recipients" ? "for recipients: this server cannot open them" : "with a passphrase"],
    ["Last made", <Time at={plan.last_made_at} />],
    ["Made", every === null ? "when somebody asks" : `every ${formatDuration(every * 1_000)}`],
    ...(every === null ? [] : [["Next", <Time at={plan.next_at} />] as const]),
    ["Kept", String(plan.keep)],
    ["Journal", journal === null ? "is not archived" : <Archived {...journal} />],
  ];
}

function Archived({ archived_up_to: upTo, pending_bytes: pending }: NonNullable<BackupPlan["journal"]>) {
  return (
    <span>
      archived up to <Time at={upTo} never="its start" />
      {pending > 0 && `, ${formatBytes(pending)} to come`}
    </span>
  );
}

const tones: Readonly<Record<string, Tone>> = { waiting: "info", making: "info", made: "good", failed: "bad" };

const columns: readonly Column<BackupRun>[] = [
  textColumn({ id: "backup", header: "Backup", value: ({ backup_id: id }) => id }),
  {
    id: "state",
    header: "State",
    value: ({ state }) => state,
    cell: ({ state, removed_at: removed }) => (
      <span className="inline-flex items-center gap-2">
        <Status tone={tones[state] ?? "off"}>{state}</Status>
        {removed !== null && state === "made" && <Tag>deleted</Tag>}
      </span>
    ),
  },
  textColumn({ id: "reason", header: "Because it was", value: ({ reason }) => reason }),
  timeColumn({ id: "asked", header: "Asked", value: ({ asked_at: at }) => at }),
  timeColumn({ id: "finished", header: "Finished", value: ({ finished_at: at }) => at }),
  countColumn({ id: "rows", header: "Rows", value: ({ rows }) => rows }),
  textColumn({ id: "size", header: "Size", value: ({ bytes }) => (bytes === null ? "" : formatBytes(bytes)) }),
  textColumn({ id: "error", header: "Why", value: ({ error }) => error ?? "" }),
];
