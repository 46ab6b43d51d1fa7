import { permissionNames } from "@ghostllm/contract";
import { expect, it } from "vitest";
import { permissionGroups } from "./permission-groups.ts";

it("has each permission in one group", () => {
  const grouped = permissionGroups.flatMap(({ names }) => names);
  expect(grouped.toSorted()).toEqual(permissionNames.toSorted());
  expect(permissionGroups.find(({ title }) => title === "Keys and usage")?.names).toContain("keys.rotate");
});
