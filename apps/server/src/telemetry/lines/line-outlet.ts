/** Where lines of logs go to. Whoever writes never waits: what a receiver does not take is lost when its room is used up, and counted. */
export interface LineOutlet {
  /** By which metrics tell of it. */
  readonly name: "stdout" | "file" | "syslog";
  /** Each without its line feed. */
  write(lines: readonly string[]): void;
  /** What can be written is written, for a moment. */
  close(): Promise<void>;
}

/** What an outlet tells of its lines. */
export interface LineCounts {
  written(count: number): void;
  lost(count: number): void;
}
