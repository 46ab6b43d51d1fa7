import type { PrivacyClass } from "@ghostllm/contract";

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Finding extends Span {
  readonly class: PrivacyClass;
}
