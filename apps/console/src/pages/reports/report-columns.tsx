import type { Report } from "#api/queries.ts";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { nameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { contentWords, recipientWords, scheduleWords, stateOfReport } from "./report-words.ts";

interface Names {
  /** Of a webhook. */
  readonly webhookOf: (id: string) => string;
  /** Whose it is; null where the caller sees his own alone. */
  readonly ownerOf: ((id: string) => string) | null;
}

export function reportColumns({ webhookOf, ownerOf }: Names): readonly Column<Report>[] {
  return [
    nameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
    state,
    textColumn({ id: "when", header: "When", value: ({ schedule }) => scheduleWords(schedule) }),
    textColumn({ id: "of", header: "Of", value: contentWords }),
    textColumn({ id: "to", header: "To", value: (report) => recipientWords(report, webhookOf) }),
    ...(ownerOf === null
      ? []
      : [textColumn<Report>({ id: "owner", header: "Owner", value: ({ user_id: id }) => ownerOf(id) })]),
    timeColumn({ id: "next", header: "Next", value: ({ next_at: at }) => at }),
    timeColumn({ id: "created", header: "Created", value: ({ created_at: at }) => at, isHidden: true }),
  ];
}

const state: Column<Report> = {
  id: "state",
  header: "State",
  value: (report) => stateOfReport(report).word,
  cell: (report) => {
    const { tone, word } = stateOfReport(report);
    return <Status tone={tone}>{word}</Status>;
  },
};
