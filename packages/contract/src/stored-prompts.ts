// What is stored of the texts of requests: the words of a key's policy, and of what became of it.

/** Of requests of a key, beside what is counted: nothing, what was sent to the vendor, or that and the answer. */
export const promptPolicies = ["nothing", "request", "request_and_answer"] as const;
export type PromptPolicy = (typeof promptPolicies)[number];

/** As the record of a request tells it. `dropped`: there was no room for it. */
export const contentOutcomes = ["kept", "dropped"] as const;
export type ContentOutcome = (typeof contentOutcomes)[number];

/** As whoever looks for it is told. `gone`: it was kept, and is not there (any more); `not_stored`: nothing was to be. */
export const contentStates = ["stored", "dropped", "gone", "not_stored"] as const;
export type ContentState = (typeof contentStates)[number];
