import { prompt, sdkGuide } from "./client.ts";
import type { Settings } from "./client.ts";

function curl({ url, key, model }: Settings): string {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: prompt }], stream: false });
  return `curl ${url}/api/chat \\
  -H "Authorization: Bearer ${key}" \\
  -d '${body}'`;
}

function python({ url, key, model }: Settings): string {
  return `# pip install ollama
from ollama import Client

client = Client(host="${url}", headers={"Authorization": "Bearer ${key}"})
answer = client.chat(model="${model}", messages=[{"role": "user", "content": "${prompt}"}])
print(answer.message.content)`;
}

function typescript({ url, key, model }: Settings): string {
  return `// npm install ollama
import { Ollama } from "ollama";

const client = new Ollama({ host: "${url}", headers: { Authorization: "Bearer ${key}" } });
const answer = await client.chat({
  model: "${model}",
  messages: [{ role: "user", content: "${prompt}" }],
});
console.log(answer.message.content);`;
}

export const ollama = sdkGuide(
  { id: "ollama", name: "Ollama", asks: "ollama" },
  { curl, Python: python, TypeScript: typescript },
);
