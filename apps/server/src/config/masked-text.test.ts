import { expect, it } from "vitest";
import { maskSecrets, restoreSecrets } from "./masked-text.ts";

const text = `# providers of ours; old key: sk-old-1234
server:
  port: 8080 # said to the balancer
database: { url: "postgres://ghost:hunter2@db/ghost" }
providers:
  - name: main # sk-proj-abcdefghijklmnop1234
    type: openai
    api_key: sk-main
    headers: { x-extra: very-secret }
  - name: other
    type: groq
    api_key: \${GROQ_KEY}
keys:
  - { name: ci, secret: file:/run/secrets/ci }
  - name: block
    secret: |
      two
      lines
teams: []
`;

it("shows where secrets are, and none of them, nor what comments have of them", () => {
  const shown = maskSecrets(text);
  for (const secret of ["sk-old", "hunter2", "sk-proj", "sk-main", "very-secret", "two", "lines"])
    expect(shown).not.toContain(secret);
  for (const kept of [
    "port: 8080 # said to the balancer",
    "${GROQ_KEY}",
    "file:/run/secrets/ci",
    "name: main",
    "teams: []",
  ])
    expect(shown).toContain(kept);
});

it("puts them back by their names, also where the order is another one", () => {
  const restored = restoreSecrets(
    `providers:
  - { name: new, type: openai, api_key: "[secret]" }
  - { name: main, type: openai, api_key: "[secret]", headers: { x-extra: "[secret]" } }
`,
    text,
  );
  expect(restored).toContain('name: main, type: openai, api_key: "sk-main", headers: { x-extra: "very-secret" }');
  // Nobody has told the one of what is new.
  expect(restored).toContain('name: new, type: openai, api_key: "[secret]"');
  expect(restoreSecrets(maskSecrets(text), text)).toContain('secret: "two\\nlines\\n"');
});
