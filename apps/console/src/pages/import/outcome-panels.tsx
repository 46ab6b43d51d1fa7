// What a dry run has found and would do, and what was done.

import type { Change, Finding, Grade } from "@ghostllm/contract/importing";
import { useState } from "react";
import { formatCount } from "#format/number.ts";
import { Button } from "#parts/button.tsx";
import { Dialog, DialogButtons } from "#parts/dialog.tsx";
import { Figure, Figures } from "#parts/figures.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import type { Tone } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { Table } from "#parts/table/table.tsx";
import type { Outcome } from "./run-import.ts";

interface OutcomePanelsProps {
  readonly outcome: Outcome;
  readonly isBusy: boolean;
  readonly onApply: () => void;
}

const gradeWords: Readonly<Record<Grade, string>> = {
  exact: "Exact",
  approximate: "Approximate",
  unsupported: "Unsupported",
};
const gradeTones: Readonly<Record<Grade, Tone>> = { exact: "good", approximate: "warn", unsupported: "bad" };

export function OutcomePanels({ outcome, isBusy, onApply }: OutcomePanelsProps) {
  const { findings, changes } = outcome;
  const { isApplied, done, failed, unchanged } = changes;
  const count = (grade: Grade): string => formatCount(findings.filter((one) => one.grade === grade).length);
  return (
    <>
      <Figures>
        <Figure name="Exact" value={count("exact")} note="it does here what it did there" />
        <Figure name="Approximate" value={count("approximate")} note="the reason says where it differs" />
        <Figure name="Unsupported" value={count("unsupported")} note="it is not moved" />
        <Figure
          name={isApplied ? "Done" : "To be done"}
          value={formatCount(done.length)}
          note={`${formatCount(unchanged)} there already`}
        />
      </Figures>
      <Panel title="Found" note="the worst first">
        <Table
          name="findings"
          columns={findingColumns}
          rows={findings.toSorted((one, other) => rankOf(one) - rankOf(other))}
          isWhole
          idOf={({ item, reason }) => `${item} ${reason}`}
          empty={<Empty>There is nothing in it that could be moved.</Empty>}
        />
      </Panel>
      {failed.length > 0 && (
        <Panel title="Not done">
          <ul aria-label="Not done" className="px-4 py-2">
            {failed.map(({ what, message }) => (
              <li key={`${what} ${message}`} className="py-1 wrap-break-word">
                <Status tone="bad">{what}</Status> <span className="text-muted">{message}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel
        title={isApplied ? "Done" : "To be done"}
        actions={!isApplied && done.length > 0 && <ApplyButton {...{ isBusy, onApply }} count={done.length} />}
      >
        {done.length === 0 ? (
          <Empty>{isApplied ? "Nothing was done." : "Nothing: all of it is here already."}</Empty>
        ) : (
          <ChangeList changes={done} />
        )}
      </Panel>
    </>
  );
}

function ChangeList({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <ol aria-label="Changes" className="max-h-[420px] overflow-y-auto px-4 py-2" tabIndex={0}>
      {changes.map(({ verb, what, fields }) => (
        <li key={`${verb} ${what}`} className="flex flex-wrap gap-x-2 py-1">
          <span className="text-muted">{verb}</span>
          <span className="min-w-0 wrap-break-word">{what}</span>
          {fields.length > 0 && <span className="text-faint">{fields.join(", ")}</span>}
        </li>
      ))}
    </ol>
  );
}

const ranks: Readonly<Record<Grade, number>> = { unsupported: 0, approximate: 1, exact: 2 };
const rankOf = ({ grade }: Finding): number => ranks[grade];

const findingColumns: readonly Column<Finding>[] = [
  {
    id: "grade",
    header: "Is moved",
    value: ({ grade }) => gradeWords[grade],
    cell: ({ grade }) => <Status tone={gradeTones[grade]}>{gradeWords[grade]}</Status>,
  },
  {
    id: "item",
    header: "What",
    value: ({ item }) => item,
    cell: ({ item }) => <span className="block min-w-40 wrap-break-word whitespace-normal">{item}</span>,
  },
  {
    id: "reason",
    header: "Why",
    value: ({ reason }) => reason,
    cell: ({ reason }) => <span className="block min-w-64 wrap-break-word whitespace-normal text-muted">{reason}</span>,
  },
];

interface ApplyButtonProps extends Pick<OutcomePanelsProps, "isBusy" | "onApply"> {
  readonly count: number;
}

function ApplyButton({ count, isBusy, onApply }: ApplyButtonProps) {
  const [isAsking, setAsking] = useState(false);
  const action = count === 1 ? "Carry out 1 change" : `Carry out ${formatCount(count)} changes`;
  return (
    <>
      <Button look="primary" isBusy={isBusy} onClick={() => setAsking(true)}>
        {action}
      </Button>
      <Dialog
        isOpen={isAsking}
        title={action}
        description="What is there already stays as it is, but for the fields that are named. It may be run again, and does then what is missing."
        onClose={() => setAsking(false)}
      >
        <DialogButtons>
          <Button onClick={() => setAsking(false)}>Cancel</Button>
          <Button
            look="primary"
            onClick={() => {
              setAsking(false);
              onApply();
            }}
          >
            {action}
          </Button>
        </DialogButtons>
      </Dialog>
    </>
  );
}
