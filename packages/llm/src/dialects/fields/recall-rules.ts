/** What of a request decides whether an answer to another one is its answer, too. All names are those of members at the top of the body. */
export interface RecallRules {
  /** Nothing of what is answered depends on them. Every other member counts, also those that nobody here knows. */
  readonly immaterial: readonly string[];
  /** The same of headers that vendors of the dialect are sent. */
  readonly immaterialHeaders: readonly string[];
  /** Where one of them says anything, the vendor keeps something for the next request: then every answer is its own. */
  readonly stateful: readonly string[];
}
