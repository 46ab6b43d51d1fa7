// The privacy policy of a key or a user, as callers give it and are shown it.

import { z } from "zod";
import { foundClasses, privacyActions, privacyClasses } from "#privacy.ts";
import { openEnum } from "./fields.ts";

const action = z.enum(privacyActions);

const ownPattern = z.strictObject({
  name: z.string().trim().min(1).max(60),
  pattern: z
    .string()
    .min(1)
    .max(500)
    .describe(
      "In the syntax of RE2, which has neither look-around nor references back: its time is linear in the text.",
    ),
  action,
});

const classes = z
  .strictObject(Object.fromEntries(privacyClasses.map((one) => [one, action.optional()])) as PolicyClasses)
  .describe("What is done with what is found; a class that is left out passes.");

type PolicyClasses = Record<(typeof privacyClasses)[number], z.ZodOptional<typeof action>>;

export const privacyInput = z
  .strictObject({
    classes: classes.default({}),
    patterns: z.array(ownPattern).max(20).default([]).describe("What an operator looks for besides."),
    unreadable: z
      .enum(["allow", "refuse"])
      .default("allow")
      .describe("What nobody can look into: pictures, sound, files, token ids, and what an id or a URL leads to."),
  })
  .meta({ id: "PrivacyPolicyInput" });

const privacyPolicy = z
  .object({
    classes: z.record(z.string(), openEnum(privacyActions)),
    patterns: z.array(z.object({ name: z.string(), pattern: z.string(), action: openEnum(privacyActions) })),
    unreadable: openEnum(["allow", "refuse"]),
  })
  .meta({ id: "PrivacyPolicy" });

export const privacyOf = (holder: "key" | "user" | "team" | "organisation") =>
  privacyPolicy
    .nullable()
    .describe(`What is done with personal data in requests of this ${holder}; null lets all of it pass.`);

export const privacyCount = z
  .object({ class: openEnum(foundClasses), action: openEnum(["block", "mask", "replace"]), count: z.int().positive() })
  .meta({ id: "PrivacyCount" });
