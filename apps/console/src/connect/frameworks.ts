import { prompt } from "./client.ts";
import type { ClientGuide } from "./client.ts";

export const langchain: ClientGuide = {
  id: "langchain",
  name: "LangChain",
  kind: "SDKs",
  snippets: ({ url, key, model }) => [
    {
      title: "Python",
      code: `# pip install langchain-openai
from langchain_openai import ChatOpenAI

chat = ChatOpenAI(base_url="${url}/v1", api_key="${key}", model="${model}")
print(chat.invoke("${prompt}").content)`,
    },
    {
      title: "TypeScript",
      code: `// npm install @langchain/openai
import { ChatOpenAI } from "@langchain/openai";

const chat = new ChatOpenAI({
  apiKey: "${key}",
  model: "${model}",
  configuration: { baseURL: "${url}/v1" },
});
console.log((await chat.invoke("${prompt}")).content);`,
    },
  ],
};

export const litellm: ClientGuide = {
  id: "litellm",
  name: "LiteLLM SDK",
  kind: "SDKs",
  snippets: ({ url, key, model }) => [
    {
      title: "Python",
      code: `# pip install litellm
import litellm

answer = litellm.completion(
    model="openai/${model}",
    api_base="${url}/v1",
    api_key="${key}",
    messages=[{"role": "user", "content": "${prompt}"}],
)
print(answer.choices[0].message.content)`,
    },
  ],
};
