import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "#api/api.tsx";
import type { AuditVerification } from "#api/queries.ts";
import { formatCount, plural } from "#format/number.ts";
import { Button } from "#parts/button.tsx";
import { IdCell } from "#parts/copy.tsx";
import { Panel } from "#parts/panel.tsx";
import { wordsOf } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useToast } from "#parts/toast.tsx";
import { Time } from "#parts/values.tsx";

/** Whether anything was changed in the log: looked at when somebody asks, since a long one takes its time. */
export function ChainPanel() {
  const { queries } = useApi();
  const ends = useQuery(queries.auditEnds);
  const { verify, isBusy, checked, found } = useVerification();
  const latest = found ?? ends.data;
  return (
    <Panel>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1.5 px-4 py-2">
        <h2 className="font-semibold">Chain</h2>
        <ChainState found={found} checked={checked} isBusy={isBusy} />
        {latest !== undefined && (
          <span className="flex min-w-0 items-center gap-1.5 text-muted">
            Head {formatCount(latest.head.place)}
            <IdCell id={`${latest.head.place}:${latest.head.hash}`} shown={`${latest.head.hash.slice(0, 12)}…`} />
          </span>
        )}
        {latest !== undefined && latest.cut.place > 0 && (
          <span className="text-muted">Kept from {formatCount(latest.cut.place + 1)} on</span>
        )}
        <span className="flex-1" />
        <Button onClick={verify} isBusy={isBusy}>
          Verify
        </Button>
      </div>
      {found !== undefined && found.problem !== null && (
        <p role="alert" className="border-t border-line bg-bad-soft px-4 py-2 text-bad">
          {found.problem.message}.
        </p>
      )}
    </Panel>
  );
}

interface StateProps {
  readonly found: AuditVerification | undefined;
  readonly checked: number;
  readonly isBusy: boolean;
}

function ChainState({ found, checked, isBusy }: StateProps) {
  if (isBusy) return <Status tone="info">{plural(checked, "entry", "entries")} verified</Status>;
  if (found === undefined) return <Status tone="off">not verified now</Status>;
  if (!found.ok) return <Status tone="bad">not whole</Status>;
  return (
    <Status tone="good">
      <span>
        whole, {plural(checked, "entry", "entries")}, <Time at={found.verified_at} />
      </span>
    </Status>
  );
}

function useVerification() {
  const { client } = useApi();
  const toast = useToast();
  const [checked, setChecked] = useState(0);
  const verification = useMutation({
    mutationFn: async () => {
      let sum = 0;
      for (let after: string | undefined; ;) {
        const part = await client.audit.verify({ query: after === undefined ? {} : { after } });
        setChecked((sum += part.checked));
        if (part.next === null) return part;
        after = part.next;
      }
    },
    onMutate: () => setChecked(0),
    onError: (error) => toast.fail(wordsOf(error)),
  });
  return { verify: () => verification.mutate(), isBusy: verification.isPending, checked, found: verification.data };
}
