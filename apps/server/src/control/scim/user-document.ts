// A user as SCIM tells of him, and what of a document is taken over.

import { z } from "zod";
import type { DirectoryGroup, DirectoryUser } from "#control/store/directory/directory-store.ts";
import type { UserRow } from "#control/store/store.ts";
import { nameIn, type Json } from "./attributes.ts";
import { userSchema } from "./schemas.ts";
import { ScimError } from "./scim-error.ts";

/** What is asked of a document is bounded: what directories keep beside it is theirs. */
const text = z.string().max(300);
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

const name = z.object({
  formatted: optional(text),
  givenName: optional(text),
  familyName: optional(text),
  middleName: optional(text),
  honorificPrefix: optional(text),
  honorificSuffix: optional(text),
});

const email = z.object({
  value: optional(text),
  type: optional(text),
  display: optional(text),
  primary: optional(z.union([z.boolean(), z.string().transform((word) => word.toLowerCase() === "true")])),
});

const attributes = z.object({
  name: optional(name),
  displayName: optional(text),
  emails: optional(z.array(email).max(20)),
});

/** Entra ID writes truth values as texts. */
const truth = z.union([
  z.boolean(),
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(["true", "false"]))
    .transform((word) => word === "true"),
]);

const document = attributes.extend({
  userName: text.trim().min(1),
  externalId: optional(text),
  active: truth.nullish().transform((active) => active ?? true),
});

const names = ["userName", "externalId", "active", "name", "displayName", "emails"] as const;

export interface GivenUser {
  readonly userName: string;
  readonly externalId: string | null;
  readonly isActive: boolean;
  readonly email: string;
  readonly displayName: string;
  /** As JSON text. */
  readonly attributes: string;
}

export function readUser(body: Json): GivenUser {
  const known = Object.fromEntries(names.map((one) => [one, body[nameIn(body, one)]]));
  const parsed = document.safeParse(known);
  if (!parsed.success) throw invalid(parsed.error);
  const { userName, externalId = null, active, ...rest } = parsed.data;
  return {
    ...{ userName, externalId, isActive: active, email: emailOf(userName, rest.emails ?? []) },
    displayName: displayNameOf(userName, rest),
    attributes: JSON.stringify(rest),
  };
}

type Rest = z.output<typeof attributes>;

/** The first choice, or the first, or a name that is one. Who has none is known by what is no address anywhere (RFC 2606). */
function emailOf(userName: string, emails: NonNullable<Rest["emails"]>): string {
  const chosen = emails.find(({ primary }) => primary === true) ?? emails[0];
  const given = [chosen?.value, userName].map((one) => (one ?? "").trim().toLowerCase());
  const address = given.find((one) => /^[^\s@]+@[^\s@]+$/.test(one) && one.length <= 254);
  return (
    address ??
    `${userName
      .trim()
      .toLowerCase()
      .replaceAll(/[\s@]+/g, ".")
      .slice(0, 200)}@no-address.invalid`
  );
}

function displayNameOf(userName: string, { displayName, name: parts }: Rest): string {
  const whole = [parts?.givenName, parts?.familyName].filter((part) => part !== undefined && part !== "").join(" ");
  const given = [displayName, parts?.formatted, whole, userName].find((one) => one !== undefined && one.trim() !== "");
  return (given ?? userName).trim().slice(0, 100);
}

function invalid({ issues: [issue] }: z.ZodError): ScimError {
  const where = issue?.path.join(".") ?? "";
  return new ScimError(
    400,
    `${where === "" ? "The document" : where}: ${issue?.message ?? "is not valid"}`,
    "invalidValue",
  );
}

export interface ToldUser {
  readonly user: UserRow;
  readonly told: DirectoryUser | undefined;
  readonly groups: readonly DirectoryGroup[];
}

export function writeUser({ user, told, groups }: ToldUser, base: string): Json {
  const externalId = told?.externalId ?? null;
  const kept = attributes.parse(JSON.parse(told?.attributes ?? "{}"));
  // Of whom no directory has told anything, what is known here.
  const known = { displayName: user.username, emails: [{ value: user.email, type: "work", primary: true }] };
  const rest = told === undefined ? known : kept;
  return {
    schemas: [userSchema],
    id: user.id,
    ...(externalId !== null && { externalId }),
    ...{ userName: told?.userName ?? user.email, ...rest, active: user.isActive },
    ...(groups.length > 0 && {
      groups: groups.map(({ id, displayName: display }) => ({
        value: id,
        display,
        $ref: `${base}/Groups/${id}`,
        type: "direct",
      })),
    }),
    meta: {
      ...{ resourceType: "User", location: `${base}/Users/${user.id}` },
      ...{ created: new Date(user.createdAt).toISOString(), lastModified: new Date(user.updatedAt).toISOString() },
    },
  };
}
