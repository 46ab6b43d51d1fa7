// What a model at a provider, or a target of an alias, is held to: as vendors do it, by the minute and at a time.

import { z } from "zod";

const limit = z.int().min(1).max(1_000_000_000).nullable();
const limitFields = { requests_per_minute: limit, tokens_per_minute: limit, concurrent_requests: limit };

export const targetLimits = z.object(limitFields).meta({ id: "ModelLimits" }).nullable();

/** Replaced as a whole. */
export const targetLimitsInput = z.strictObject(limitFields).partial().meta({ id: "ModelLimitsInput" }).nullable();
