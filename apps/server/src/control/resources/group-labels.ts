// What people call the groups of a series.

import type { Store } from "#control/store/store.ts";
import type { SeriesRow, UsageDimension } from "#control/store/usage-store.ts";

/** Of the values of a group, in the order of its dimensions. */
export type Labels = (group: readonly string[]) => string[];

export async function labelsOf(
  store: Pick<Store, "names">,
  dimensions: readonly UsageDimension[],
  rows: readonly Pick<SeriesRow, "group">[],
): Promise<Labels> {
  const idsOf = (dimension: UsageDimension): readonly string[] => {
    const place = dimensions.indexOf(dimension);
    return [...new Set(rows.flatMap(({ group }) => group?.[place] ?? []))];
  };
  const names = await store.names.find({
    ...{ users: idsOf("user"), keys: idsOf("key") },
    ...{ teams: idsOf("team"), organisations: idsOf("organisation") },
  });
  const labelOf = (dimension: UsageDimension | undefined, value: string): string => {
    if (dimension === "user") return names.users.get(value) ?? value;
    if (dimension === "team") return names.teams.get(value) ?? value;
    if (dimension === "organisation") return names.organisations.get(value) ?? value;
    return dimension === "key" ? (names.keys.get(value)?.name ?? value) : value;
  };
  return (group) => group.map((value, place) => labelOf(dimensions[place], value));
}
