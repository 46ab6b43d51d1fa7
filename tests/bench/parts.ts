/** What the bench can measure; `--only` chooses. The first three are workloads under full load. */
export const partNames = ["small", "large", "burst", "latency", "translated", "paced"] as const;
export type PartName = (typeof partNames)[number];
