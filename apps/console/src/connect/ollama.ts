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

/** Its client takes no key itself. */
function go({ url, key, model }: Settings): string {
  return `// go get github.com/ollama/ollama/api
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/ollama/ollama/api"
)

type withKey string

func (key withKey) RoundTrip(request *http.Request) (*http.Response, error) {
	request.Header.Set("Authorization", "Bearer "+string(key))
	return http.DefaultTransport.RoundTrip(request)
}

func main() {
	base, err := url.Parse("${url}")
	if err != nil {
		panic(err)
	}
	client := api.NewClient(base, &http.Client{Transport: withKey("${key}")})
	messages := []api.Message{{Role: "user", Content: "${prompt}"}}
	request := &api.ChatRequest{Model: "${model}", Messages: messages}
	err = client.Chat(context.Background(), request, func(answer api.ChatResponse) error {
		fmt.Print(answer.Message.Content)
		return nil
	})
	if err != nil {
		panic(err)
	}
}`;
}

function java({ url, key, model }: Settings): string {
  return `// dev.langchain4j:langchain4j-ollama
import dev.langchain4j.model.ollama.OllamaChatModel;
import java.util.Map;

var model = OllamaChatModel.builder()
    .baseUrl("${url}")
    .customHeaders(Map.of("Authorization", "Bearer ${key}"))
    .modelName("${model}")
    .build();
System.out.println(model.chat("${prompt}"));`;
}

export const ollama = sdkGuide(
  { id: "ollama", name: "Ollama", asks: "ollama" },
  { curl, Python: python, TypeScript: typescript, Go: go, Java: java },
);
