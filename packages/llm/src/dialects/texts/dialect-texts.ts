import type { RequestTexts } from "./request-texts.ts";
import type { StreamTexts } from "./stream-texts.ts";

/** Where texts of people stand in the requests of a dialect, and those of models in its answers. */
export interface DialectTexts {
  readonly request: RequestTexts;
  /** In whole answers, and in what events of streams repeat as a whole. */
  readonly answer: RequestTexts;
  readonly stream: StreamTexts;
}
