package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"
)

var ctx = context.Background()

var schema = map[string]any{
	"type":       "object",
	"properties": map[string]any{"city": map[string]any{"type": "string"}},
	"required":   []string{"city"},
}

func client(job Job) openai.Client {
	return openai.NewClient(option.WithBaseURL(job.Url+"/v1/"), option.WithAPIKey(job.Key))
}

func question(job Job) openai.ChatCompletionNewParams {
	messages := []openai.ChatCompletionMessageParamUnion{openai.UserMessage(job.Prompt)}
	return openai.ChatCompletionNewParams{Model: job.Model, Messages: messages}
}

func plain(job Job, result *Result) error {
	c := client(job)
	answer, err := c.Chat.Completions.New(ctx, question(job))
	if err != nil {
		return err
	}
	result.Text, result.Finish = answer.Choices[0].Message.Content, answer.Choices[0].FinishReason
	return nil
}

func stream(job Job, result *Result) error {
	c := client(job)
	chunks := c.Chat.Completions.NewStreaming(ctx, question(job))
	for chunks.Next() {
		for _, choice := range chunks.Current().Choices {
			result.Text += choice.Delta.Content
			result.Finish += choice.FinishReason
		}
	}
	return chunks.Err()
}

func tools(job Job, result *Result) error {
	c := client(job)
	request := question(job)
	function := shared.FunctionDefinitionParam{Name: job.Tool.Name, Parameters: schema}
	request.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(function)}
	answer, err := c.Chat.Completions.New(ctx, request)
	if err != nil {
		return err
	}
	message := answer.Choices[0].Message
	request.Messages = append(request.Messages, message.ToParam())
	for _, call := range message.ToolCalls {
		result.Calls = append(result.Calls, Call{call.Function.Name, json.RawMessage(call.Function.Arguments)})
		request.Messages = append(request.Messages, openai.ToolMessage(job.Tool.Result, call.ID))
	}
	answer, err = c.Chat.Completions.New(ctx, request)
	if err == nil {
		result.Text = answer.Choices[0].Message.Content
	}
	return err
}

func embeddings(job Job, result *Result) error {
	c := client(job)
	input := openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"left", "right"}}
	answer, err := c.Embeddings.New(ctx, openai.EmbeddingNewParams{Model: job.Model, Input: input})
	if err != nil {
		return err
	}
	for _, item := range answer.Data {
		result.Vectors = append(result.Vectors, len(item.Embedding))
	}
	return nil
}

func models(job Job, result *Result) error {
	c := client(job)
	pages := c.Models.ListAutoPaging(ctx)
	for pages.Next() {
		result.Models = append(result.Models, pages.Current().ID)
	}
	return pages.Err()
}

func asked(job Job) responses.ResponseNewParams {
	input := responses.ResponseNewParamsInputUnion{OfString: openai.String(job.Prompt)}
	return responses.ResponseNewParams{Model: job.Model, Input: input}
}

func responsesPlain(job Job, result *Result) error {
	c := client(job)
	answer, err := c.Responses.New(ctx, asked(job))
	if err == nil {
		result.Text, result.Finish = answer.OutputText(), string(answer.Status)
	}
	return err
}

func responsesStream(job Job, result *Result) error {
	c := client(job)
	events := c.Responses.NewStreaming(ctx, asked(job))
	for events.Next() {
		event := events.Current()
		result.Finish = event.Type
		if event.Type == "response.output_text.delta" {
			result.Text += event.Delta
		}
	}
	return events.Err()
}

func describe(err error) Failure {
	failure := Failure{Class: className(err), Message: err.Error()}
	var refused *openai.Error
	if errors.As(err, &refused) {
		// Its Error() tells method, address and status only.
		failure.Status, failure.Message = refused.StatusCode, refused.Message
	}
	var broken *ssestream.StreamError
	if errors.As(err, &broken) {
		failure.Message = string(broken.Event.Data)
	}
	return failure
}

var apis = map[string]map[string]Operation{
	"chat": {"plain": plain, "stream": stream, "tools": tools, "embeddings": embeddings, "models": models},
	"responses": {"plain": responsesPlain, "stream": responsesStream},
}

func main() {
	serve(func(job Job) Operation { return apis[job.Api][job.Operation] }, describe)
}
