// Events as they happen, for the page that shows them: the last that are kept, and behind them whatever comes.

import { followEvents, type FollowedEvent } from "@ghostllm/contract/follow-events";
import { useEffect, useState } from "react";
import { useApi } from "./api.tsx";

export { eventNames, nameOf, storedEventNames } from "@ghostllm/contract/event-names";
export type { FollowedEvent } from "@ghostllm/contract/follow-events";

/** More are not shown. */
const mostShown = 500;
const gatherMs = 250;

export interface FollowedEvents {
  /** Newest first. */
  readonly events: readonly FollowedEvent[];
  readonly state: "connecting" | "following" | "lost";
  readonly failure: unknown;
}

const nothing: FollowedEvents = { events: [], state: "connecting", failure: null };

/** `types`: with commas between them; all where it is empty. */
export function useFollowedEvents(types: string): FollowedEvents {
  const { client, serverUrl } = useApi();
  const [followed, setFollowed] = useState(nothing);
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    let waiting: FollowedEvent[] = [];
    const show = (change: Partial<FollowedEvents> = {}): void => {
      if (signal.aborted) return;
      const come = waiting.toReversed();
      waiting = [];
      setFollowed((before) => {
        const now = { ...before, ...change };
        return { ...now, events: [...come, ...now.events].slice(0, mostShown) };
      });
    };
    const timer = setInterval(() => waiting.length > 0 && show(), gatherMs);
    const run = async (): Promise<void> => {
      const query = { limit: 100, ...(types !== "" && { types }) };
      const { data } = await client.events.list({ query }, { signal });
      show({ events: data, state: "connecting" });
      const lastEventId = data[0]?.place;
      const events = followEvents({
        ...{ baseUrl: serverUrl, apiKey: null, signal },
        ...(types !== "" && { types: types.split(",") }),
        ...(lastEventId !== undefined && { lastEventId }),
        onState: (state) => show({ state }),
      });
      for await (const event of events) waiting.push(event);
    };
    setFollowed(nothing);
    run().catch((failure: unknown) => show({ failure }));
    return () => {
      ending.abort();
      clearInterval(timer);
    };
  }, [client, serverUrl, types]);
  return followed;
}
