import type { RequestTexts } from "./request-texts.ts";
import type { StreamTexts } from "./stream-texts.ts";

/** Where texts of people stand in the requests of a dialect, and those of models in its streams. */
export interface DialectTexts {
  readonly request: RequestTexts;
  readonly stream: StreamTexts;
}
