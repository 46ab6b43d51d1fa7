// What all drivers in Go share: a job a line comes in, its result goes out as a line of JSON.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type Job struct {
	Api, Operation, Url, Key, Model, Prompt string
	Tool                                    struct{ Name, Result string }
}

type Call struct {
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

type Failure struct {
	Class   string `json:"class"`
	Status  int    `json:"status,omitempty"`
	Message string `json:"message"`
}

// What is in it when an operation fails was delivered before.
type Result struct {
	Text    string   `json:"text"`
	Finish  string   `json:"finish,omitempty"`
	Calls   []Call   `json:"calls,omitempty"`
	Vectors []int    `json:"vectors,omitempty"`
	Models  []string `json:"models,omitempty"`
	Error   *Failure `json:"error,omitempty"`
}

type Operation func(job Job, result *Result) error

func className(err error) string {
	name := fmt.Sprintf("%T", err)
	return name[strings.LastIndex(name, ".")+1:]
}

func serve(operationFor func(job Job) Operation, describe func(err error) Failure) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var job Job
		if err := json.Unmarshal(lines.Bytes(), &job); err != nil {
			panic(err)
		}
		result := Result{}
		if err := operationFor(job)(job, &result); err != nil {
			failure := describe(err)
			result.Error = &failure
		}
		line, _ := json.Marshal(result)
		fmt.Println(string(line))
	}
}
