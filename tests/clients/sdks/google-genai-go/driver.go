package main

import (
	"context"
	"encoding/json"
	"errors"

	"google.golang.org/genai"
)

var ctx = context.Background()

func client(job Job) *genai.Client {
	options := genai.HTTPOptions{BaseURL: job.Url}
	config := genai.ClientConfig{APIKey: job.Key, Backend: genai.BackendGeminiAPI, HTTPOptions: options}
	made, err := genai.NewClient(ctx, &config)
	if err != nil {
		panic(err)
	}
	return made
}

func take(result *Result, answer *genai.GenerateContentResponse) {
	result.Text += answer.Text()
	for _, candidate := range answer.Candidates {
		result.Finish += string(candidate.FinishReason)
	}
}

func plain(job Job, result *Result) error {
	answer, err := client(job).Models.GenerateContent(ctx, job.Model, genai.Text(job.Prompt), nil)
	if err == nil {
		take(result, answer)
	}
	return err
}

func stream(job Job, result *Result) error {
	for chunk, err := range client(job).Models.GenerateContentStream(ctx, job.Model, genai.Text(job.Prompt), nil) {
		if err != nil {
			return err
		}
		take(result, chunk)
	}
	return nil
}

func tools(job Job, result *Result) error {
	city := map[string]*genai.Schema{"city": {Type: genai.TypeString}}
	parameters := &genai.Schema{Type: genai.TypeObject, Properties: city, Required: []string{"city"}}
	offered := &genai.FunctionDeclaration{Name: job.Tool.Name, Description: "The weather", Parameters: parameters}
	tool := &genai.Tool{FunctionDeclarations: []*genai.FunctionDeclaration{offered}}
	config := &genai.GenerateContentConfig{Tools: []*genai.Tool{tool}}
	told := genai.Text(job.Prompt)
	answer, err := client(job).Models.GenerateContent(ctx, job.Model, told, config)
	if err != nil {
		return err
	}
	results := []*genai.Part{}
	for _, call := range answer.FunctionCalls() {
		arguments, _ := json.Marshal(call.Args)
		result.Calls = append(result.Calls, Call{call.Name, arguments})
		response := &genai.FunctionResponse{ID: call.ID, Name: call.Name, Response: map[string]any{"result": job.Tool.Result}}
		results = append(results, &genai.Part{FunctionResponse: response})
	}
	told = append(told, answer.Candidates[0].Content, genai.NewContentFromParts(results, genai.RoleUser))
	answer, err = client(job).Models.GenerateContent(ctx, job.Model, told, config)
	if err == nil {
		result.Text = answer.Text()
	}
	return err
}

func embeddings(job Job, result *Result) error {
	texts := append(genai.Text("left"), genai.Text("right")...)
	answer, err := client(job).Models.EmbedContent(ctx, job.Model, texts, nil)
	if err != nil {
		return err
	}
	for _, one := range answer.Embeddings {
		result.Vectors = append(result.Vectors, len(one.Values))
	}
	return nil
}

func models(job Job, result *Result) error {
	for model, err := range client(job).Models.All(ctx) {
		if err != nil {
			return err
		}
		result.Models = append(result.Models, model.Name)
	}
	return nil
}

func describe(err error) Failure {
	failure := Failure{Class: className(err), Message: err.Error()}
	var refused genai.APIError
	if errors.As(err, &refused) {
		failure.Status = refused.Code
	}
	return failure
}

var operations = map[string]Operation{
	"plain": plain, "stream": stream, "tools": tools, "embeddings": embeddings, "models": models,
}

func main() {
	serve(func(job Job) Operation { return operations[job.Operation] }, describe)
}
