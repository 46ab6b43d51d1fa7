import { prompt, sdkGuide } from "./client.ts";
import type { Settings } from "./client.ts";

function curl({ url, key, model }: Settings): string {
  const body = JSON.stringify({ model, max_tokens: 200, messages: [{ role: "user", content: prompt }] });
  return `curl ${url}/v1/messages \\
  -H "x-api-key: ${key}" \\
  -H "anthropic-version: 2023-06-01" \\
  -H "Content-Type: application/json" \\
  -d '${body}'`;
}

function python({ url, key, model }: Settings): string {
  return `# pip install anthropic
from anthropic import Anthropic

client = Anthropic(base_url="${url}", api_key="${key}")
message = client.messages.create(
    model="${model}",
    max_tokens=200,
    messages=[{"role": "user", "content": "${prompt}"}],
)
print(message.content[0].text)`;
}

function typescript({ url, key, model }: Settings): string {
  return `// npm install @anthropic-ai/sdk
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: "${url}", apiKey: "${key}" });
const message = await client.messages.create({
  model: "${model}",
  max_tokens: 200,
  messages: [{ role: "user", content: "${prompt}" }],
});
console.log(message.content);`;
}

function go({ url, key, model }: Settings): string {
  return `// go get github.com/anthropics/anthropic-sdk-go
package main

import (
	"context"
	"fmt"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
)

func main() {
	client := anthropic.NewClient(option.WithBaseURL("${url}"), option.WithAPIKey("${key}"))
	message, err := client.Messages.New(context.Background(), anthropic.MessageNewParams{
		Model:     anthropic.Model("${model}"),
		MaxTokens: 200,
		Messages:  []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("${prompt}"))},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(message.Content[0].Text)
}`;
}

function java({ url, key, model }: Settings): string {
  return `// com.anthropic:anthropic-java
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.MessageCreateParams;

var client = AnthropicOkHttpClient.builder().baseUrl("${url}").apiKey("${key}").build();
var question = MessageCreateParams.builder()
    .model("${model}")
    .maxTokens(200)
    .addUserMessage("${prompt}")
    .build();
client.messages().create(question).content()
    .forEach(block -> block.text().ifPresent(text -> System.out.println(text.text())));`;
}

export const anthropic = sdkGuide(
  { id: "anthropic", name: "Anthropic", asks: "messages" },
  {
    curl,
    Python: python,
    TypeScript: typescript,
    Go: go,
    Java: java,
  },
);
