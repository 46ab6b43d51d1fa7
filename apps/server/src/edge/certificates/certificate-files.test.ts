import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CertificateFiles } from "./certificate-files.ts";
import { covers } from "./pair.ts";

const fixtures = join(import.meta.dirname, "../../../tests/support/certificates");
const fixture = (name: string): string => join(fixtures, `${name}.pem`);

let directory: string;
let files: { readonly certificateFile: string; readonly keyFile: string };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ghostllm-certificate-"));
  files = { certificateFile: join(directory, "c.pem"), keyFile: join(directory, "k.pem") };
  use("first", "first");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function use(certificate: string, key: string): void {
  copyFileSync(fixture(`${certificate}-certificate`), files.certificateFile);
  copyFileSync(fixture(`${key}-key`), files.keyFile);
}

/** At once, as those do it who renew certificates. */
function replace(file: string, by: string): void {
  copyFileSync(by, `${file}.new`);
  renameSync(`${file}.new`, file);
}

describe("a pair of certificate and key", () => {
  it("covers the hosts that it names", async () => {
    const certificate = await CertificateFiles.open(files);
    const hosts = ["localhost", "llm.example.com", "a.apps.example.com", "127.0.0.1", "apps.example.com", "127.0.0.2"];
    expect(hosts.map((host) => covers(certificate.current, host))).toEqual([true, true, true, true, false, false]);
  });

  it.each([
    ["an encrypted key", () => use("first", "encrypted"), "is encrypted, and nobody is there to type its passphrase"],
    ["one of the older form", () => use("first", "encrypted-ec"), "is encrypted"],
    ["the key of another", () => use("first", "second"), "is not that of the first certificate"],
    ["no certificate", () => writeFileSync(files.certificateFile, "hello"), "holds no certificate in PEM"],
    ["no key", () => writeFileSync(files.keyFile, ""), "holds no private key in PEM"],
    ["no file", () => rmSync(files.keyFile), "The private key cannot be read from"],
    ["a directory", () => void (files = { ...files, certificateFile: directory }), "it is a directory"],
  ])("with %s is refused with what to do", async (_name, spoil, message) => {
    spoil();
    await expect(CertificateFiles.open(files)).rejects.toThrow(message);
  });
});

describe("files that change", () => {
  it("are used when they fit, and not before", async () => {
    const certificate = await CertificateFiles.open(files);
    const told: string[] = [];
    certificate.watch(
      {
        onChange: ({ certificate: { subject } }) => told.push(subject),
        onProblem: (problem) => told.push(problem === null ? "fine" : "problem"),
      },
      10,
    );
    replace(files.certificateFile, fixture("second-certificate"));
    await vi.waitFor(() => expect(told).toEqual(["problem"]), { timeout: 30_000 });
    expect(certificate.current.certificate.subject).toBe("CN=GhostLLM tests first");
    replace(files.keyFile, fixture("second-key"));
    await vi.waitFor(() => expect(told).toEqual(["problem", "CN=GhostLLM tests second", "fine"]), { timeout: 30_000 });
    certificate.close();
  });
});
