import { useState } from "react";
import { useFollowedEvents, type FollowedEvent } from "#api/events.ts";
import { formatCount } from "#format/number.ts";
import { Button } from "#parts/button.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { CodeBlock, Panel } from "#parts/panel.tsx";
import { Empty, Failure } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { Table } from "#parts/table/table.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { eventColumns } from "./event-columns.tsx";
import { TypeMenu } from "./type-menu.tsx";

const idOf = ({ event }: FollowedEvent): string => event.id;

/** What happens, the newest at the top. */
export function EventTail() {
  const [types = "", setTypes] = useSearchValue("types");
  const { events, state, failure } = useFollowedEvents(types);
  const [held, setHeld] = useState<readonly FollowedEvent[] | null>(null);
  const [opened, setOpened] = useState<FollowedEvent | null>(null);
  if (failure !== null) return <Failure error={failure} />;
  const shown = held ?? events;
  const tools = (
    <div className="order-first flex w-full flex-wrap items-center gap-2 sm:order-none sm:w-auto">
      <TypeMenu
        chosen={types === "" ? [] : types.split(",")}
        onChange={(names) => setTypes(names.length === 0 ? undefined : names.join(","))}
      />
      <Status tone={toneOf(state, held !== null)}>{held === null ? wordOf(state) : "paused"}</Status>
      <Button onClick={() => setHeld(held === null ? events : null)}>
        {held === null
          ? "Pause"
          : `Continue${countOf(events, held) > 0 ? `, ${formatCount(countOf(events, held))} wait` : ""}`}
      </Button>
    </div>
  );
  return (
    <Panel>
      <Table
        name="events"
        columns={eventColumns}
        rows={shown}
        isWhole
        idOf={idOf}
        tools={tools}
        onOpen={setOpened}
        empty={
          <>
            <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">{tools}</div>
            <Empty>
              {state === "connecting" ? "What happens is asked for." : "Nothing has happened yet that you may see."}
            </Empty>
          </>
        }
      />
      {opened !== null && <EventDialog followed={opened} onClose={() => setOpened(null)} />}
    </Panel>
  );
}

/** How many have come since. */
function countOf(events: readonly FollowedEvent[], held: readonly FollowedEvent[]): number {
  const at = events.findIndex((one) => one === held[0]);
  return at < 0 ? events.length : at;
}

function toneOf(state: string, isHeld: boolean) {
  if (isHeld || state === "connecting") return "off";
  return state === "lost" ? "warn" : "info";
}

function wordOf(state: string): string {
  return state === "following" ? "live" : state === "lost" ? "connection lost" : "connecting";
}

function EventDialog({ followed, onClose }: { readonly followed: FollowedEvent; readonly onClose: () => void }) {
  return (
    <Dialog isOpen title={followed.event.type} description="As webhooks and brokers are told it." onClose={onClose}>
      <CodeBlock label="The event" code={JSON.stringify(followed.event, null, 2)} />
    </Dialog>
  );
}
