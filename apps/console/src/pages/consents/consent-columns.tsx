import type { Consent } from "#api/queries.ts";
import { IdCell } from "#parts/copy.tsx";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { nameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { askerOf, costOf, deciderOf, foundWords, modelOf, stateOf } from "./consent-words.ts";

/** `teams`: their names, of those that the caller may know. */
export function consentColumns(teams: ReadonlyMap<string, string>): readonly Column<Consent>[] {
  const team = ({ team_id: id }: Consent): string => (id === null ? "" : (teams.get(id) ?? ""));
  return [
    status,
    nameColumn({ id: "model", header: "Model", value: modelOf }),
    textColumn({ id: "who", header: "Who", value: askerOf }),
    textColumn({ id: "key", header: "Key", value: ({ key_name: name }) => name ?? "" }),
    textColumn({ id: "team", header: "Team", value: team }),
    cost,
    textColumn({ id: "personal", header: "Personal data", value: foundWords }),
    textColumn({ id: "policies", header: "Held by", value: policiesOf }),
    timeColumn({ id: "asked", header: "Asked", value: ({ created_at }) => created_at }),
    timeColumn({ id: "until", header: "Until", value: ({ ends_at }) => ends_at }),
    textColumn({ id: "decider", header: "Decided by", value: deciderOf, isHidden: true }),
    textColumn({ id: "note", header: "Note", value: ({ note }) => note, isHidden: true }),
    textColumn({ id: "operation", header: "Operation", value: ({ operation }) => operation, isHidden: true }),
    {
      id: "request",
      header: "Request",
      isHidden: true,
      value: ({ request_id: id }) => id,
      cell: ({ request_id: id }) => <IdCell id={id} />,
    },
  ];
}

const status: Column<Consent> = {
  id: "status",
  header: "Status",
  value: (consent) => stateOf(consent.status).word,
  cell: (consent) => {
    const { tone, word } = stateOf(consent.status);
    return <Status tone={tone}>{word}</Status>;
  },
};

const cost: Column<Consent> = {
  id: "cost",
  header: "Costs at most",
  isNumber: true,
  value: ({ cost_usd: most }) => (most === null ? null : Number(most)),
  cell: (consent) => <span className={consent.cost_usd === null ? "text-faint" : ""}>{costOf(consent)}</span>,
};

function policiesOf({ policies }: Consent): string {
  return policies.map(({ name }) => name).join(", ");
}
