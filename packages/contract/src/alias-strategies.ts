/** In which order the targets of an alias are asked. */
export const aliasStrategies = ["ordered", "weighted", "latency", "least-busy", "cheapest", "auto"] as const;

export type AliasStrategy = (typeof aliasStrategies)[number];
