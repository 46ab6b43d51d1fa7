import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Consent } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { choiceClass } from "#parts/field.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Table } from "#parts/table/table.tsx";
import { useGo } from "#parts/use-search.ts";
import { ViewsMenu } from "#views/views-menu.tsx";
import { consentColumns } from "./consent-columns.tsx";
import { useConsents, useConsentView } from "./consent-view.ts";
import type { ConsentView } from "./consent-view.ts";
import { stateOf, statuses } from "./consent-words.ts";

const idOf = ({ id }: Consent): string => id;

/** What policies have held: what waits comes first. */
export function ConsentsPanel() {
  const { queries } = useApi();
  const { may } = useCaller();
  const go = useGo();
  const view = useConsentView();
  const { query, isWhole, older } = useConsents(view);
  const teams = useQuery({ ...queries.teams, enabled: may("teams.read") });
  const tools = (
    <div className="order-first flex w-full flex-wrap items-center gap-2 sm:order-none sm:w-auto">
      <ConsentFilter view={view} />
      <ViewsMenu page="consents" />
    </div>
  );
  return (
    <Panel>
      <Loaded query={query}>
        {(rows) => (
          <Table
            name="requests"
            columns={consentColumns(new Map(teams.data?.items.map(({ id, name }) => [id, name])))}
            rows={rows}
            isWhole={isWhole}
            idOf={idOf}
            onOpen={({ id }) => void go(`/consents/${id}`)}
            tools={tools}
            empty={
              <>
                <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">{tools}</div>
                <Empty>{emptyWords(view)}</Empty>
              </>
            }
          />
        )}
      </Loaded>
      {older !== null && (
        <div className="flex justify-center border-t border-line px-4 py-2">
          <Button onClick={() => void older.fetchNextPage()} isBusy={older.isFetchingNextPage}>
            Read older requests
          </Button>
        </div>
      )}
    </Panel>
  );
}

function emptyWords({ status, whose }: ConsentView): string {
  if (whose === "decide") return "Nothing waits for your decision.";
  if (status === "pending") return "Nothing waits.";
  return status === undefined && whose === undefined
    ? "No request has been held by a policy."
    : "No request is like that.";
}

function ConsentFilter({ view }: { readonly view: ConsentView }) {
  const { may } = useCaller();
  return (
    <>
      <select
        aria-label="Status"
        className={`h-(--control) ${choiceClass}`}
        value={view.status ?? ""}
        onChange={({ target }) => view.set("status", target.value)}
      >
        <option value="">Any status</option>
        {statuses.map((one) => (
          <option key={one} value={one}>
            {stateOf(one).word}
          </option>
        ))}
      </select>
      <select
        aria-label="Whose"
        className={`h-(--control) ${choiceClass}`}
        value={view.whose ?? ""}
        onChange={({ target }) => view.set("whose", target.value)}
      >
        <option value="">All that you may see</option>
        <option value="own">Your own</option>
        {may("consents.decide") && <option value="decide">For you to decide</option>}
      </select>
    </>
  );
}
