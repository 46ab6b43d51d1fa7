import { GoogleGenAI } from "@google/genai";
import { serve } from "./serve.mjs";

const parameters = { type: "OBJECT", properties: { city: { type: "STRING" } }, required: ["city"] };

const client = ({ url, key }) => new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });

function take(result, chunk) {
  result.text += chunk.text ?? "";
  result.finish = chunk.candidates?.[0]?.finishReason ?? result.finish;
}

const gemini = {
  async plain(job, result) {
    take(result, await client(job).models.generateContent({ model: job.model, contents: job.prompt }));
  },
  async stream(job, result) {
    const request = { model: job.model, contents: job.prompt };
    for await (const chunk of await client(job).models.generateContentStream(request)) take(result, chunk);
  },
  async tools(job, result) {
    const config = {
      tools: [{ functionDeclarations: [{ name: job.tool.name, description: "The weather", parameters }] }],
    };
    const contents = [{ role: "user", parts: [{ text: job.prompt }] }];
    const ask = () => client(job).models.generateContent({ model: job.model, contents, config });
    const answer = await ask();
    const calls = answer.functionCalls ?? [];
    result.calls = calls.map(({ name, args }) => ({ name, arguments: args }));
    const response = { result: job.tool.result };
    const results = calls.map(({ id, name }) => ({ functionResponse: { id, name, response } }));
    contents.push(answer.candidates[0].content, { role: "user", parts: results });
    result.text = (await ask()).text;
  },
  async embeddings(job, result) {
    const { embeddings } = await client(job).models.embedContent({ model: job.model, contents: ["left", "right"] });
    result.vectors = embeddings.map(({ values }) => values.length);
  },
  async models(job, result) {
    result.models = [];
    for await (const { name } of await client(job).models.list()) result.models.push(name);
  },
};

await serve({ gemini });
