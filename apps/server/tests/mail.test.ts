// What the server writes to people, held against a real mail server.

import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MailFailure } from "#control/mail/mailer.ts";
import { SmtpMailer } from "#control/mail/smtp-mailer.ts";
import { Secret } from "#domain/secret.ts";
import { mailCertificate, startMailServer } from "./support/mail-server.ts";
import type { MailServer } from "./support/mail-server.ts";

const mail = { to: "ada@example.com", subject: "Grüße", text: "Hello Ada,\nsee https://ghost.example.com/x\n" };

let plain: MailServer;
beforeAll(async () => {
  plain = await startMailServer();
});
afterAll(() => plain.close());

function mailerTo(url: string, options: Partial<ConstructorParameters<typeof SmtpMailer>[0]> = {}): SmtpMailer {
  return new SmtpMailer({
    ...{ url: new Secret(url), from: "GhostLLM <ghost@example.com>", publicUrl: "https://ghost.example.com" },
    ...{ requireTls: false, timeoutMs: 5_000, certificates: mailCertificate },
    ...options,
  });
}

const reasonOf = (mailer: SmtpMailer, to = mail.to): Promise<unknown> =>
  mailer.send({ ...mail, to }).then(
    () => "sent",
    (error: unknown) => (error instanceof MailFailure ? error.reason : error),
  );

describe("a mail", () => {
  it("arrives as it was written, from whom the configuration says, to one person", async () => {
    await mailerTo(plain.url).send(mail);
    const [sent] = plain.mails.slice(-1);
    expect(sent).toMatchObject({ from: "ghost@example.com", to: ["ada@example.com"], isEncrypted: false });
    expect(sent?.text.trimEnd()).toBe(mail.text.trimEnd().replaceAll("\n", "\r\n"));
    expect(sent?.headers.get("from")).toBe("GhostLLM <ghost@example.com>");
    expect(sent?.headers.get("subject")).toBe("=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=");
    expect(sent?.headers.get("auto-submitted")).toBe("auto-generated");
  });

  it("brings files along", async () => {
    const attachments = [{ fileName: "usage.csv", contentType: "text/csv", content: "day,cost\r\n1,2\r\n" }];
    await mailerTo(plain.url).send({ ...mail, attachments });
    const raw = plain.mails.at(-1)?.raw ?? "";
    expect(raw).toMatch(/content-type: text\/csv; name=usage.csv/i);
    expect(raw).toMatch(/content-disposition: attachment; filename=usage.csv/i);
    expect(raw).toContain(Buffer.from("day,cost\r\n1,2\r\n").toString("base64"));
  });

  it.each(["a@example.com, b@example.com", "x <a@example.com>", "a@example.com\r\nBcc: b@example.com"])(
    "goes to nobody else by the address %j",
    async (to) => {
      const before = plain.mails.length;
      await reasonOf(mailerTo(plain.url), to);
      for (const { to: recipients, headers } of plain.mails.slice(before)) {
        expect(recipients).toHaveLength(1);
        expect(headers.has("bcc")).toBe(false);
      }
    },
  );
});

describe("the way to the mail server", () => {
  it("is encrypted by STARTTLS, which is asked for", async () => {
    const server = await startMailServer({ disabledCommands: [] });
    await mailerTo(server.url, { requireTls: true }).send(mail);
    expect(server.mails).toMatchObject([{ isEncrypted: true }]);
    expect(await reasonOf(mailerTo(server.url, { certificates: null }))).toBe("certificate");
    await server.close();
    expect(await reasonOf(mailerTo(plain.url, { requireTls: true }))).toBe("no_tls");
  });

  it("is encrypted from the start at smtps, to a server that is known", async () => {
    const server = await startMailServer({ secure: true, disabledCommands: [] });
    await mailerTo(server.url).send(mail);
    expect(server.mails).toMatchObject([{ isEncrypted: true }]);
    expect(await reasonOf(mailerTo(server.url, { certificates: null }))).toBe("certificate");
    await server.close();
  });

  it("is opened by the user and the password of the URL", async () => {
    const server = await startMailServer({
      ...{ disabledCommands: [], authOptional: false },
      onAuth: ({ username, password }, _, done) =>
        username === "gh@st" && password === "p:w/1" ? done(null, { user: username }) : done(new Error("No")),
    });
    const [, place = ""] = server.url.split("//");
    await mailerTo(`smtp://gh%40st:p%3Aw%2F1@${place}`).send(mail);
    expect(server.mails).toMatchObject([{ user: "gh@st" }]);
    expect(await reasonOf(mailerTo(`smtp://ghost:wrong@${place}`))).toBe("credentials");
    await server.close();
  });
});

describe("a failure", () => {
  it("is told where nobody listens", async () => {
    const server = await startMailServer();
    await server.close();
    expect(await reasonOf(mailerTo(server.url))).toBe("unreachable");
  });

  it("is told of a server that says nothing", async () => {
    const deaf = createServer((socket) => socket.on("error", () => undefined));
    await new Promise<void>((resolve) => void deaf.listen(0, "127.0.0.1", () => resolve()));
    const { port } = deaf.address() as { port: number };
    expect(await reasonOf(mailerTo(`smtp://127.0.0.1:${port}`, { timeoutMs: 100 }))).toBe("timeout");
    deaf.close();
  });

  it("is told of an address, and of a mail that is refused, without the server's words", async () => {
    const refuse = (code: number) => Object.assign(new Error("secret words"), { responseCode: code });
    const server = await startMailServer({
      onRcptTo: ({ address }, _, done) => done(address.startsWith("nobody") ? refuse(550) : null),
      onData: (stream, _, done) => void stream.resume().on("end", () => done(refuse(554))),
    });
    const mailer = mailerTo(server.url);
    expect(await reasonOf(mailer, "nobody@example.com")).toBe("address");
    await expect(mailer.send(mail)).rejects.toMatchObject({
      ...{ reason: "refused", responseCode: 554, message: "the mail server refuses the mail (554)" },
    });
    await server.close();
  });

  it("is told to who waits when the server stops", async () => {
    const mailer = mailerTo(plain.url);
    mailer.close();
    expect(await reasonOf(mailer)).toBe("closed");
  });
});
