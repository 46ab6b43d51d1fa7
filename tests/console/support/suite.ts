// How a suite of the console begins and ends: a stage before its first test, pages that are closed behind each of its tests.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { findBrowser, openBrowser, Visits } from "./browser.ts";
import { startStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

/** The path of Chromium; null where there is none, and suites are skipped. */
export const executable = findBrowser();

export interface Suite {
  readonly stage: Stage;
  readonly visits: Visits;
}

/** What lies before the stage's server, and is visited in its place. */
interface Front {
  readonly url: string;
  stop(): Promise<void>;
}

interface SuiteOptions {
  /** Beside what every stage has; by a function what is known only when the suite is opened. */
  readonly environment?: NodeJS.ProcessEnv | (() => Promise<NodeJS.ProcessEnv>);
  /** Writes what the server finds when it starts. */
  readonly writePast?: (dataDir: string) => Promise<void>;
  readonly startFront?: (stage: Stage) => Promise<Front>;
  /** What there is to look at, besides what a stage has. */
  readonly furnish?: (suite: Suite) => Promise<void>;
}

/** Called at the top of a file of tests; what it returns is there as soon as its first test runs. */
export function openSuite(options: SuiteOptions = {}): Suite {
  const suite = new StagedSuite();
  beforeAll(() => suite.open(options), 180_000);
  afterEach(() => suite.closePages());
  afterAll(() => suite.close());
  return suite;
}

class StagedSuite implements Suite {
  #opened: Suite | null = null;
  readonly #closing: (() => unknown)[] = [];

  get stage(): Stage {
    return this.#whenOpen().stage;
  }

  get visits(): Visits {
    return this.#whenOpen().visits;
  }

  async open({ environment = {}, writePast, startFront, furnish }: SuiteOptions): Promise<void> {
    if (executable === null) return;
    const dataDir = mkdtempSync(join(tmpdir(), "ghostllm-suite-"));
    this.#closing.push(() => rmSync(dataDir, { recursive: true, force: true }));
    await writePast?.(dataDir);
    const given = typeof environment === "function" ? await environment() : environment;
    const stage = await startStage({ dataDir, environment: given });
    this.#closing.push(() => stage.close());
    const front = await startFront?.(stage);
    if (front !== undefined) this.#closing.push(() => front.stop());
    const browser = await openBrowser(executable);
    this.#closing.push(() => browser.close());
    this.#opened = { stage, visits: new Visits(browser, front?.url ?? stage.url) };
    await furnish?.(this);
  }

  async closePages(): Promise<void> {
    await this.#opened?.visits.closeAll();
  }

  /** Even where it was opened only in part. */
  async close(): Promise<void> {
    for (const close of this.#closing.toReversed()) await close();
  }

  #whenOpen(): Suite {
    if (this.#opened === null) throw new Error("the suite is open only while its tests run");
    return this.#opened;
  }
}
