// Links for passwords that are sent by mail, and those for who has forgotten his.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { SmtpMailer } from "#control/mail/smtp-mailer.ts";
import { Secret } from "#domain/secret.ts";
import { postJson, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { mailCertificate, startMailServer } from "./support/mail-server.ts";
import type { MailServer, SentMail } from "./support/mail-server.ts";

const password = "correct horse battery";
const publicUrl = "https://ghost.example.com";

let mails: MailServer;
let plane: AdminPlane;
let withoutMail: AdminPlane;
let failure: number | null = null;
let serial = 0;

beforeAll(async () => {
  mails = await startMailServer({
    onRcptTo: (_, __, done) =>
      done(failure === null ? null : Object.assign(new Error("no"), { responseCode: failure })),
  });
  const terms = { from: "ghost@example.com", publicUrl, requireTls: false, timeoutMs: 20_000 };
  const mailer = new SmtpMailer({ url: new Secret(mails.url), ...terms, certificates: mailCertificate });
  [plane, withoutMail] = [await startAdminPlane({ mailer }), await startAdminPlane()];
});
afterEach(() => void (failure = null));
afterAll(async () => {
  await Promise.all([plane.close(), withoutMail.close()]);
  await mails.close();
});

async function addUser(given: { readonly password?: string; readonly email?: string } = { password }) {
  const email = given.email ?? `mail${(serial += 1)}@example.com`;
  const { id } = await plane.admin.users.create({ body: { ...given, email } });
  return { id, email };
}

const sentTo = (email: string): readonly SentMail[] => mails.mails.filter(({ to }) => to.includes(email));
const urlIn = (mail: SentMail | undefined): string => /https:\S+/.exec(mail?.text ?? "")?.[0] ?? "";
const forgotten = (email: string, at = plane) => at.as(null).passwords.forgotten({ body: { email } });

async function mailTo(email: string, count = 1): Promise<SentMail | undefined> {
  await expect.poll(() => sentTo(email).length, { timeout: 30_000 }).toBe(count);
  return sentTo(email).at(-1);
}

describe("a link that somebody makes for a user", () => {
  it("is sent to him, as an invitation where he has no password", async () => {
    const user = await addUser({});
    const link = await plane.admin.passwords.createLink({ params: { id: user.id }, body: {} });
    expect(link).toMatchObject({ mailed_to: user.email, mail_problem: null });
    const mail = await mailTo(user.email);
    expect(mail?.headers.get("subject")).toBe("You are invited to GhostLLM");
    expect(urlIn(mail)).toBe(publicUrl + link.path);
    expect(await plane.as(null).passwords.useLink({ body: { token: link.token, password } })).toEqual({
      email: user.email,
    });
    await plane.admin.passwords.createLink({ params: { id: user.id }, body: {} });
    expect((await mailTo(user.email, 2))?.headers.get("subject")).toBe("A new password for GhostLLM");
  });

  it("is only shown where that is wanted, or no mail server is there", async () => {
    const user = await addUser();
    const params = { id: user.id };
    const shown = await plane.admin.passwords.createLink({ params, body: { mail: false } });
    expect(shown).toMatchObject({ mailed_to: null, mail_problem: null });
    expect(sentTo(user.email)).toEqual([]);
    const { id } = await withoutMail.admin.users.create({ body: { email: user.email } });
    const made = await withoutMail.admin.passwords.createLink({ params: { id }, body: {} });
    expect(made).toMatchObject({ mailed_to: null, mail_problem: null });
    const asked = await withoutMail.admin.passwords.createLink({ params: { id }, body: { mail: true } });
    expect(asked).toMatchObject({ mailed_to: null, mail_problem: "no mail server is configured" });
  });

  it("counts though it could not be sent, which is told", async () => {
    failure = 550;
    const { id } = await addUser();
    const link = await plane.admin.passwords.createLink({ params: { id }, body: {} });
    expect(link).toMatchObject({ mailed_to: null, mail_problem: expect.stringContaining("(550)") });
    expect((await plane.as(null).passwords.useLink({ body: { token: link.token, password } })).email).toContain("@");
    expect(JSON.stringify(plane.logged)).toContain("was not sent");
    expect(JSON.stringify(plane.logged)).not.toContain(link.token);
    const nowhere = await addUser({ email: "who@no-address.invalid" });
    const { mail_problem: problem } = await plane.admin.passwords.createLink({ params: { id: nowhere.id }, body: {} });
    expect(problem).toBe("the user has no address");
  });
});

describe("who has forgotten his password", () => {
  it("is sent a link that counts once, for an hour", async () => {
    const user = await addUser();
    expect(await forgotten(user.email.toUpperCase())).toEqual({ received: true });
    const token = urlIn(await mailTo(user.email)).split("#")[1] ?? "";
    const use = () => plane.as(null).passwords.useLink({ body: { token, password: "another horse battery" } });
    expect(await use()).toEqual({ email: user.email });
    await expect(use()).rejects.toMatchObject({ status: 403 });
    await forgotten(user.email);
    const second = urlIn(await mailTo(user.email, 2)).split("#")[1] ?? "";
    plane.clock.nowMs += 3_600_000;
    const late = plane.as(null).passwords.useLink({ body: { token: second, password } });
    await expect(late).rejects.toMatchObject({ status: 403 });
  });

  it("is answered as everybody is, and nobody else is sent anything", async () => {
    plane.clock.nowMs += 3_600_000;
    const user = await addUser();
    const invited = await addUser({});
    const off = await addUser();
    await plane.admin.users.update({ params: { id: off.id }, body: { is_active: false } });
    const ask = (email: string) => plane.request("/admin/password-links/forgotten", { ...postJson({ email }) });
    const answers = [];
    for (const email of ["nobody@example.com", invited.email, off.email, user.email]) {
      const response = await ask(email);
      answers.push([response.status, await response.text()]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await mailTo(user.email);
    for (const email of ["nobody@example.com", invited.email, off.email]) expect(sentTo(email)).toEqual([]);
  });

  it("is made to wait who asks again and again, for one who is there as for one who is not", async () => {
    plane.clock.nowMs += 3_600_000;
    const { email } = await addUser();
    for (const one of [email, "stranger@example.com"]) {
      for (let tries = 0; tries < 3; tries += 1) await forgotten(one);
      await expect(forgotten(one)).rejects.toMatchObject({ status: 429 });
    }
    plane.clock.nowMs += 60_000;
    expect(await forgotten(email)).toEqual({ received: true });
    await mailTo(email, 4);
  });

  it("finds no such route where there is no mail server, and is told so before", async () => {
    await expect(forgotten("ada@example.com", withoutMail)).rejects.toMatchObject({ status: 404 });
    expect((await withoutMail.as(null).signIn.options()).forgotten_password).toBe(false);
    expect((await plane.as(null).signIn.options()).forgotten_password).toBe(true);
  });
});
