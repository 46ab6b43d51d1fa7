import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { choiceClass } from "#parts/field.tsx";
import { useSearchValue } from "#parts/use-search.ts";

/** Beside the filter of words: what is of one team. */
export function TeamFilter() {
  const { queries } = useApi();
  const [chosen = "", choose] = useSearchValue("team");
  const { data } = useQuery(queries.teams);
  const teams = data?.items ?? [];
  if (teams.length === 0) return null;
  return (
    <select
      aria-label="Team"
      className={`h-(--control) ${choiceClass}`}
      value={chosen}
      onChange={({ target }) => choose(target.value === "" ? undefined : target.value)}
    >
      <option value="">All teams</option>
      {teams.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
