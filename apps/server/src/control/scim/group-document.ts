import { z } from "zod";
import type { DirectoryGroup } from "#control/store/directory/directory-store.ts";
import { nameIn, type Json } from "./attributes.ts";
import { groupSchema } from "./schemas.ts";
import { ScimError } from "./scim-error.ts";

const document = z.object({
  displayName: z.string().trim().min(1).max(300),
  externalId: z.string().max(300).nullish(),
  members: z
    .array(z.object({ value: z.string().max(64), type: z.string().nullish() }))
    .max(100_000)
    .nullish(),
});

export interface GivenGroup {
  readonly displayName: string;
  readonly externalId: string | null;
  readonly memberIds: readonly string[];
}

export function readGroup(body: Json): GivenGroup {
  const known = ["displayName", "externalId", "members"].map((one) => [one, body[nameIn(body, one)]] as const);
  const parsed = document.safeParse(Object.fromEntries(known));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ScimError(400, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is not valid"}`, "invalidValue");
  }
  const { displayName, externalId, members } = parsed.data;
  if (members?.some(({ type }) => type?.toLowerCase() === "group") === true)
    throw new ScimError(400, "Members are users: groups within groups are not kept", "invalidValue");
  return { displayName, externalId: externalId ?? null, memberIds: (members ?? []).map(({ value }) => value) };
}

export interface ToldGroup {
  readonly group: DirectoryGroup;
  /** Ids of users; null where they are not asked for. */
  readonly members: readonly string[] | null;
}

export function writeGroup({ group, members }: ToldGroup, base: string): Json {
  return {
    schemas: [groupSchema],
    id: group.id,
    ...(group.externalId !== null && { externalId: group.externalId }),
    displayName: group.displayName,
    ...(members !== null && {
      members: members.map((id) => ({ value: id, $ref: `${base}/Users/${id}`, type: "User" })),
    }),
    meta: {
      ...{ resourceType: "Group", location: `${base}/Groups/${group.id}` },
      ...{ created: new Date(group.createdAt).toISOString(), lastModified: new Date(group.updatedAt).toISOString() },
    },
  };
}
