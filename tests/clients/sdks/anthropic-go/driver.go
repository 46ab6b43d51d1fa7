package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
)

var ctx = context.Background()

func client(job Job) anthropic.Client {
	return anthropic.NewClient(option.WithBaseURL(job.Url), option.WithAPIKey(job.Key))
}

func question(job Job) anthropic.MessageNewParams {
	messages := []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(job.Prompt))}
	return anthropic.MessageNewParams{Model: anthropic.Model(job.Model), MaxTokens: 200, Messages: messages}
}

func textOf(message *anthropic.Message) string {
	text := ""
	for _, block := range message.Content {
		text += block.Text
	}
	return text
}

func plain(job Job, result *Result) error {
	c := client(job)
	message, err := c.Messages.New(ctx, question(job))
	if err == nil {
		result.Text, result.Finish = textOf(message), string(message.StopReason)
	}
	return err
}

func stream(job Job, result *Result) error {
	c := client(job)
	events := c.Messages.NewStreaming(ctx, question(job))
	for events.Next() {
		event := events.Current()
		if event.Type == "content_block_delta" {
			result.Text += event.Delta.Text
		}
		if event.Type == "message_delta" {
			result.Finish = string(event.Delta.StopReason)
		}
	}
	return events.Err()
}

func tools(job Job, result *Result) error {
	c := client(job)
	request := question(job)
	city := map[string]any{"city": map[string]any{"type": "string"}}
	tool := anthropic.ToolParam{Name: job.Tool.Name, InputSchema: anthropic.ToolInputSchemaParam{Properties: city}}
	request.Tools = []anthropic.ToolUnionParam{{OfTool: &tool}}
	message, err := c.Messages.New(ctx, request)
	if err != nil {
		return err
	}
	results := []anthropic.ContentBlockParamUnion{}
	for _, block := range message.Content {
		if block.Type == "tool_use" {
			result.Calls = append(result.Calls, Call{block.Name, json.RawMessage(block.Input)})
			results = append(results, anthropic.NewToolResultBlock(block.ID, job.Tool.Result, false))
		}
	}
	request.Messages = append(request.Messages, message.ToParam(), anthropic.NewUserMessage(results...))
	message, err = c.Messages.New(ctx, request)
	if err == nil {
		result.Text = textOf(message)
	}
	return err
}

func models(job Job, result *Result) error {
	c := client(job)
	pages := c.Models.ListAutoPaging(ctx, anthropic.ModelListParams{})
	for pages.Next() {
		result.Models = append(result.Models, string(pages.Current().ID))
	}
	return pages.Err()
}

func describe(err error) Failure {
	failure := Failure{Class: className(err), Message: err.Error()}
	var refused *anthropic.Error
	if errors.As(err, &refused) {
		failure.Status = refused.StatusCode
	}
	return failure
}

var operations = map[string]Operation{"plain": plain, "stream": stream, "tools": tools, "models": models}

func main() {
	serve(func(job Job) Operation { return operations[job.Operation] }, describe)
}
