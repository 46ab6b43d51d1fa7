import { prompt, sdkGuide } from "./client.ts";
import type { Settings } from "./client.ts";

function curl({ url, key, model }: Settings): string {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: prompt }] });
  return `curl ${url}/v1/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '${body}'`;
}

function python({ url, key, model }: Settings): string {
  return `# pip install openai
from openai import OpenAI

client = OpenAI(base_url="${url}/v1", api_key="${key}")
answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "${prompt}"}],
)
print(answer.choices[0].message.content)`;
}

function typescript({ url, key, model }: Settings): string {
  return `// npm install openai
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${url}/v1", apiKey: "${key}" });
const answer = await client.chat.completions.create({
  model: "${model}",
  messages: [{ role: "user", content: "${prompt}" }],
});
console.log(answer.choices[0]?.message.content);`;
}

function go({ url, key, model }: Settings): string {
  return `// go get github.com/openai/openai-go/v3
package main

import (
	"context"
	"fmt"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func main() {
	client := openai.NewClient(option.WithBaseURL("${url}/v1/"), option.WithAPIKey("${key}"))
	answer, err := client.Chat.Completions.New(context.Background(), openai.ChatCompletionNewParams{
		Model:    "${model}",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("${prompt}")},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Choices[0].Message.Content)
}`;
}

function java({ url, key, model }: Settings): string {
  return `// com.openai:openai-java
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;

var client = OpenAIOkHttpClient.builder().baseUrl("${url}/v1").apiKey("${key}").build();
var question = ChatCompletionCreateParams.builder()
    .model("${model}")
    .addUserMessage("${prompt}")
    .build();
var answer = client.chat().completions().create(question);
System.out.println(answer.choices().get(0).message().content().orElse(""));`;
}

export const openai = sdkGuide("openai", "OpenAI", {
  curl,
  Python: python,
  TypeScript: typescript,
  Go: go,
  Java: java,
});
