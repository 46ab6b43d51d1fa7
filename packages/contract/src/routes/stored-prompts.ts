// The policy of a key or a team for the texts of requests, as callers give it and are shown it.

import { z } from "zod";
import { promptPolicies } from "#stored-prompts.ts";
import { openEnum } from "./fields.ts";

export const storePrompts = z.enum(promptPolicies);

export const storedOf = openEnum(promptPolicies);
