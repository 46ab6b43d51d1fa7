// What part of all the dashboard is about, and by what it tells spend apart: as the URL has it.

import { useCaller } from "#api/me.ts";
import { choiceClass } from "#parts/field.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { TeamFilter } from "#teams/team-filter.tsx";

const groupings = ["model", "provider", "team", "user", "key", "alias"] as const;
export type Grouping = (typeof groupings)[number];

export interface DashboardView {
  /** Of its id; all where there is none. */
  readonly team: string | undefined;
  readonly by: Grouping;
}

export function useDashboardView(): DashboardView {
  const [team] = useSearchValue("team");
  const [by] = useSearchValue("by");
  return { team, by: groupings.find((one) => one === by) ?? "model" };
}

export function DashboardFilters({ view: { by } }: { readonly view: DashboardView }) {
  const { may } = useCaller();
  const [, choose] = useSearchValue("by");
  return (
    <>
      {may("teams.read") && <TeamFilter />}
      <select
        aria-label="Group by"
        className={`h-(--control) ${choiceClass}`}
        value={by}
        onChange={({ target }) => choose(target.value === "model" ? undefined : target.value)}
      >
        {groupings.map((one) => (
          <option key={one} value={one}>
            By {one}
          </option>
        ))}
      </select>
    </>
  );
}
