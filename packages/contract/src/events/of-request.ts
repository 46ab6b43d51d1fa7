import { z } from "zod";
import { id } from "#routes/fields.ts";

export const name = z.string();
export const by = id.nullable().describe("The user who did it; null for the admin key and for the server itself.");

export const ofRequest = {
  request_id: id.describe("The id of the usage record, and of the header `x-request-id`."),
  user_id: id,
  key_id: id,
};
