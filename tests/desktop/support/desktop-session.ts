// A desktop without a screen: an X server, a bus, a keychain that is open, a window manager and a server of notices, over a home of its own.
// Invariant: nothing of it outlives the suite, and nothing of the real user's home is seen.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { program as pathOf } from "../../../tools/desktop/program.ts";
import { hopeFor } from "./hope.ts";

const pictures = join(import.meta.dirname, "../dist");

interface Options {
  readonly hasKeychain?: boolean;
}

export class DesktopSession {
  readonly home = mkdtempSync(join(tmpdir(), "ghostllm-desktop-"));
  readonly environment: NodeJS.ProcessEnv;
  #notices = "";
  readonly #children: ChildProcess[] = [];

  private constructor() {
    const at = (path: string): string => {
      mkdirSync(join(this.home, path), { recursive: true, mode: 0o700 });
      return join(this.home, path);
    };
    const programs = at("programs");
    this.environment = {
      PATH: `${programs}:${process.env["PATH"]}`,
      HOME: this.home,
      XDG_RUNTIME_DIR: at("run"),
      LANG: "C.UTF-8",
      NO_AT_BRIDGE: "1",
      // What draws by itself, where there is no graphics card.
      LIBGL_ALWAYS_SOFTWARE: "1",
      WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    };
    // What is opened in the browser is written down in its place.
    writeFileSync(join(programs, "xdg-open"), `#!/bin/sh\necho "$1" >> "${this.#opened}"\n`);
    chmodSync(join(programs, "xdg-open"), 0o755);
    mkdirSync(this.data, { recursive: true, mode: 0o700 });
    mkdirSync(pictures, { recursive: true });
  }

  static async start({ hasKeychain = true }: Options = {}): Promise<DesktopSession> {
    const session = new DesktopSession();
    try {
      await session.#startAll(hasKeychain);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Where the application keeps what it knows. */
  get data(): string {
    return join(this.home, ".local/share/dev.ghostllm.desktop");
  }

  get #opened(): string {
    return join(this.home, "opened-in-browser");
  }

  get openedInBrowser(): readonly string[] {
    try {
      return readFileSync(this.#opened, "utf8").trim().split("\n");
    } catch {
      return [];
    }
  }

  async #startAll(hasKeychain: boolean): Promise<void> {
    const screen = this.#run("Xvfb", "-displayfd", "1", "-screen", "0", "1400x950x24", "-nolisten", "tcp");
    this.environment["DISPLAY"] = `:${await firstLine(screen)}`;
    const bus = this.#run("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1");
    this.environment["DBUS_SESSION_BUS_ADDRESS"] = await firstLine(bus);
    if (hasKeychain) this.#openKeychain();
    this.#run("openbox");
    this.#run("dunst");
    const calls = "interface='org.freedesktop.Notifications',member='Notify'";
    this.#run("dbus-monitor", "--session", calls).stdout?.on("data", (text) => (this.#notices += String(text)));
    await sleep(500);
  }

  /** One that a sign-in to the desktop would have opened. */
  #openKeychain(): void {
    const parameters = ["--unlock", "--foreground", "--components=secrets"];
    const keychain = spawn("gnome-keyring-daemon", parameters, {
      env: this.environment,
      stdio: ["pipe", "ignore", "ignore"],
    });
    keychain.stdin.end("password of the desktop's user");
    this.#children.push(keychain);
  }

  #run(program: string, ...parameters: readonly string[]): ChildProcess {
    const child = spawn(program, parameters, { env: this.environment, stdio: ["ignore", "pipe", "ignore"] });
    this.#children.push(child);
    return child;
  }

  ask(program: string, ...parameters: readonly string[]): string {
    return execFileSync(program, parameters, { env: this.environment, stdio: ["ignore", "pipe", "pipe"] }).toString();
  }

  /** What is on the screen, as a file that somebody can look at. */
  picture(name: string): void {
    this.ask("import", "-window", "root", join(pictures, `${name}.png`));
  }

  /** What somebody has set before, as the application keeps it. */
  keepSettings(settings: Readonly<Record<string, unknown>>): void {
    writeFileSync(join(this.data, "settings.json"), JSON.stringify(settings), { mode: 0o600 });
  }

  /** A second start, as a link makes it. */
  startAgain(...parameters: readonly string[]): void {
    this.ask(pathOf("dev"), ...parameters);
  }

  /** Texts of all notices, also of those that are gone. */
  notices(): readonly string[] {
    return this.#notices.match(/^ {3}string ".*"$/gm) ?? [];
  }

  /** What the menu of the tray says, as the desktop would ask for it. */
  trayMenu(): string | null {
    const names = this.ask(
      "gdbus",
      "call",
      "--session",
      "-d",
      "org.freedesktop.DBus",
      "-o",
      "/org/freedesktop/DBus",
      "-m",
      "org.freedesktop.DBus.ListNames",
    );
    for (const [, name = ""] of names.matchAll(/'(:\d[^']*)'/g)) {
      const layout = this.#layoutOf(name);
      if (layout !== null) return layout;
    }
    return null;
  }

  #layoutOf(name: string): string | null {
    const path = "/org/ayatana/NotificationItem/tray_icon_tray_app_ghostllm/Menu";
    const method = "com.canonical.dbusmenu.GetLayout";
    try {
      return this.ask(
        "gdbus",
        "call",
        "--session",
        "--timeout",
        "2",
        "-d",
        name,
        "-o",
        path,
        "-m",
        method,
        "--",
        "0",
        "-1",
        "[]",
      );
    } catch {
      return null;
    }
  }

  /** Whether a window shows more than a ground: texts have many colours. */
  async untilDrawn(title: string, leastColours = 120): Promise<void> {
    const id = await hopeFor(`a window ${title}`, () => this.#ids(title)[0]);
    const file = join(this.home, "drawn.png");
    await hopeFor(`a drawn window ${title}`, () => {
      this.ask("import", "-window", id, file);
      return Number(this.ask("identify", "-format", "%k", file)) >= leastColours;
    });
  }

  /** The titles of all windows that are shown. */
  get windows(): readonly string[] {
    const ids = this.#ids(".+");
    return ids.map((id) => this.ask("xdotool", "getwindowname", id).trim());
  }

  #ids(title: string): readonly string[] {
    try {
      return this.ask("xdotool", "search", "--onlyvisible", "--name", title).trim().split("\n");
    } catch {
      return [];
    }
  }

  async focus(title: string): Promise<void> {
    const id = await hopeFor(`a window ${title}`, () => this.#ids(title)[0]);
    this.ask("xdotool", "windowactivate", "--sync", id);
  }

  /** In the middle of a window. */
  click(title: string): void {
    const [id = ""] = this.#ids(title);
    this.ask("xdotool", "mousemove", "--window", id, "300", "300", "click", "1");
  }

  type(text: string): void {
    this.ask("xdotool", "type", "--delay", "15", text);
  }

  press(...keys: readonly string[]): void {
    this.ask("xdotool", "key", "--delay", "60", ...keys);
  }

  async close(): Promise<void> {
    for (const child of this.#children.toReversed()) {
      child.kill("SIGTERM");
      await Promise.race([new Promise((done) => child.once("exit", done)), sleep(2_000)]);
      child.kill("SIGKILL");
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let text = "";
    stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) done(text.split("\n")[0] ?? "");
    });
    stdout?.once("end", () => fail(new Error(`a program of the session has ended: ${text}`)));
  });
}
