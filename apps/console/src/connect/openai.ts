import { chatCurl, chatPython, chatTypescript } from "./chat-code.ts";
import type { ChatRequest } from "./chat-code.ts";
import { prompt, sdkGuide } from "./client.ts";
import type { Settings } from "./client.ts";

function hello({ model }: Settings): ChatRequest {
  return { model, messages: [{ role: "user", content: prompt }] };
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

export const openai = sdkGuide(
  { id: "openai", name: "OpenAI", asks: "chat" },
  {
    curl: (settings) => chatCurl(settings, hello(settings)),
    Python: (settings) => chatPython(settings, hello(settings)),
    TypeScript: (settings) => chatTypescript(settings, hello(settings)),
    Go: go,
    Java: java,
  },
);
