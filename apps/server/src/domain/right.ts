/** Without which a request may not go on. */
export interface Right {
  readonly kind: "key" | "user" | "provider";
  readonly id: string;
}
