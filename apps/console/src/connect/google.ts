import { prompt, sdkGuide } from "./client.ts";
import type { Settings } from "./client.ts";

function curl({ url, key, model }: Settings): string {
  const body = JSON.stringify({ contents: [{ role: "user", parts: [{ text: prompt }] }] });
  return `curl ${url}/v1beta/models/${model}:generateContent \\
  -H "x-goog-api-key: ${key}" \\
  -H "Content-Type: application/json" \\
  -d '${body}'`;
}

function python({ url, key, model }: Settings): string {
  return `# pip install google-genai
from google import genai
from google.genai import types

client = genai.Client(api_key="${key}", http_options=types.HttpOptions(base_url="${url}"))
answer = client.models.generate_content(model="${model}", contents="${prompt}")
print(answer.text)`;
}

function typescript({ url, key, model }: Settings): string {
  return `// npm install @google/genai
import { GoogleGenAI } from "@google/genai";

const client = new GoogleGenAI({ apiKey: "${key}", httpOptions: { baseUrl: "${url}" } });
const answer = await client.models.generateContent({ model: "${model}", contents: "${prompt}" });
console.log(answer.text);`;
}

function go({ url, key, model }: Settings): string {
  return `// go get google.golang.org/genai
package main

import (
	"context"
	"fmt"

	"google.golang.org/genai"
)

func main() {
	ctx := context.Background()
	client, err := genai.NewClient(ctx, &genai.ClientConfig{
		APIKey:      "${key}",
		Backend:     genai.BackendGeminiAPI,
		HTTPOptions: genai.HTTPOptions{BaseURL: "${url}"},
	})
	if err != nil {
		panic(err)
	}
	answer, err := client.Models.GenerateContent(ctx, "${model}", genai.Text("${prompt}"), nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Text())
}`;
}

function java({ url, key, model }: Settings): string {
  return `// com.google.genai:google-genai
import com.google.genai.Client;
import com.google.genai.types.HttpOptions;

var client = Client.builder()
    .apiKey("${key}")
    .httpOptions(HttpOptions.builder().baseUrl("${url}").build())
    .build();
System.out.println(client.models.generateContent("${model}", "${prompt}", null).text());`;
}

export const google = sdkGuide(
  { id: "google", name: "Google", asks: "gemini" },
  {
    curl,
    Python: python,
    TypeScript: typescript,
    Go: go,
    Java: java,
  },
);
