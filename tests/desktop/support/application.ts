// The application as its user has it, driven by WebDriver (tauri-driver, WebKitWebDriver) in its local page. Windows with consoles are in
// contexts of their own, which cannot be driven: they are looked at from outside, by keys, pictures and what their server knows.

import { type ChildProcess, spawn } from "node:child_process";
import { findFreePort } from "../../../tools/free-port.ts";
import { program } from "../../../tools/desktop/program.ts";
import type { DesktopSession } from "./desktop-session.ts";
import { hopeFor } from "./hope.ts";
import { driver } from "./installed.ts";

const elementKey = "element-6066-11e4-a52e-4f735466cecf";

export class Application {
  readonly #driver: ChildProcess;
  readonly #url: string;
  #session = "";
  /** What it and all below it wrote. */
  output = "";

  private constructor(child: ChildProcess, port: number) {
    this.#driver = child;
    this.#url = `http://127.0.0.1:${port}`;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
  }

  static async start(session: DesktopSession, args: readonly string[] = []): Promise<Application> {
    const [port, nativePort] = [await findFreePort(), await findFreePort()];
    const parameters = ["--port", String(port), "--native-port", String(nativePort)];
    const child = spawn(driver, parameters, { env: session.environment, stdio: ["ignore", "pipe", "pipe"] });
    const application = new Application(child, port);
    try {
      await application.#begin(args);
      return application;
    } catch (error) {
      await application.stop();
      throw error;
    }
  }

  /** Of the driver, which is above it. */
  get pid(): number {
    return this.#driver.pid ?? 0;
  }

  async #begin(args: readonly string[]): Promise<void> {
    await hopeFor("a driver", () => fetch(`${this.#url}/status`).then(({ ok }) => ok));
    const options = { application: program("dev"), args };
    const capabilities = { alwaysMatch: { "tauri:options": options } };
    const { sessionId } = (await this.#call("POST", "/session", { capabilities })) as { readonly sessionId: string };
    this.#session = `/session/${sessionId}`;
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${this.#url}${path}`, init);
    const { value } = (await response.json()) as { readonly value: unknown };
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  }

  #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#call(method, `${this.#session}${path}`, body);
  }

  async #find(xpath: string): Promise<string> {
    const found = await hopeFor(xpath, () => this.#ask("POST", "/element", { using: "xpath", value: xpath }));
    return (found as Record<string, string>)[elementKey] ?? "";
  }

  async press(name: string, within = ""): Promise<void> {
    await this.#ask("POST", `/element/${await this.#find(`${within}//button[.="${name}"]`)}/click`, {});
  }

  async type(label: string, text: string): Promise<void> {
    const field = await this.#find(`//label[span[.="${label}"]]/input`);
    await this.#ask("POST", `/element/${field}/clear`, {});
    if (text === "") return;
    await this.#ask("POST", `/element/${field}/value`, { text });
  }

  /** All that the local page shows. */
  async text(): Promise<string> {
    return String(await this.run("return document.body.innerText"));
  }

  async untilText(wanted: string | RegExp): Promise<string> {
    return hopeFor(`a page with ${wanted}`, async () => {
      const text = await this.text();
      const has = typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
      if (!has) throw new Error(text);
      return text;
    });
  }

  run(script: string): Promise<unknown> {
    return this.#ask("POST", "/execute/sync", { script, args: [] });
  }

  async addServer(url: string, { key = "", name = "" } = {}): Promise<void> {
    await this.type("Address", url);
    await this.press("Look at it");
    await this.type("Name", name);
    await this.type("Key, for the tray and for notices", key);
    await this.press(url.startsWith("https:") ? "It is the same: trust it and add it" : "Add it");
  }

  async stop(): Promise<void> {
    if (this.#session !== "") await this.#ask("DELETE", "").catch(() => undefined);
    const ended = new Promise((done) => this.#driver.once("exit", done));
    this.#driver.kill("SIGTERM");
    await ended;
  }
}
