mod serve;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::CreateChatCompletionRequest;
use async_openai::types::embeddings::CreateEmbeddingRequest;
use futures::StreamExt;
use serde_json::{Value, json};
use serve::{Failure, Job, Outcome};

fn client(job: &Job) -> Client<OpenAIConfig> {
    let config = OpenAIConfig::new().with_api_base(format!("{}/v1", job.text("url"))).with_api_key(job.text("key"));
    Client::with_config(config)
}

fn question(job: &Job, messages: &Value, tools: &Value) -> CreateChatCompletionRequest {
    let request = json!({ "model": job.text("model"), "messages": messages, "tools": tools });
    serde_json::from_value(request).expect("a request")
}

fn first_message(job: &Job) -> Value {
    json!([{ "role": "user", "content": job.text("prompt") }])
}

async fn plain(job: &Job, result: &mut Value) -> Result<(), OpenAIError> {
    let answer = client(job).chat().create(question(job, &first_message(job), &Value::Null)).await?;
    result["text"] = json!(answer.choices[0].message.content);
    Ok(())
}

async fn stream(job: &Job, result: &mut Value) -> Result<(), OpenAIError> {
    let mut chunks = client(job).chat().create_stream(question(job, &first_message(job), &Value::Null)).await?;
    let mut text = String::new();
    while let Some(chunk) = chunks.next().await {
        for choice in chunk?.choices {
            text.push_str(&choice.delta.content.unwrap_or_default());
            result["text"] = json!(text);
        }
    }
    Ok(())
}

async fn tools(job: &Job, result: &mut Value) -> Result<(), OpenAIError> {
    let name = job.value["tool"]["name"].clone();
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] });
    let offered = json!([{ "type": "function", "function": { "name": name, "parameters": parameters } }]);
    let mut messages = first_message(job);
    let answer = client(job).chat().create(question(job, &messages, &offered)).await?;
    let message = serde_json::to_value(&answer.choices[0].message).expect("a message");
    let mut calls = Vec::new();
    let told = messages.as_array_mut().expect("messages");
    told.push(message.clone());
    for call in message["tool_calls"].as_array().cloned().unwrap_or_default() {
        let arguments = call["function"]["arguments"].as_str().unwrap_or_default();
        let read: Value = serde_json::from_str(arguments).expect("arguments");
        calls.push(json!({ "name": call["function"]["name"], "arguments": read }));
        told.push(json!({ "role": "tool", "tool_call_id": call["id"], "content": job.value["tool"]["result"] }));
    }
    result["calls"] = json!(calls);
    let answer = client(job).chat().create(question(job, &messages, &offered)).await?;
    result["text"] = json!(answer.choices[0].message.content);
    Ok(())
}

async fn embeddings(job: &Job, result: &mut Value) -> Result<(), OpenAIError> {
    let request = json!({ "model": job.text("model"), "input": ["left", "right"] });
    let request: CreateEmbeddingRequest = serde_json::from_value(request).expect("a request");
    let answer = client(job).embeddings().create(request).await?;
    result["vectors"] = json!(answer.data.iter().map(|one| one.embedding.len()).collect::<Vec<_>>());
    Ok(())
}

async fn models(job: &Job, result: &mut Value) -> Result<(), OpenAIError> {
    let answer = client(job).models().list().await?;
    result["models"] = json!(answer.data.iter().map(|model| model.id.clone()).collect::<Vec<_>>());
    Ok(())
}

/// It keeps no status.
fn describe(error: OpenAIError) -> Failure {
    let debug = format!("{error:?}");
    let class = debug.split(['(', ' ', '{']).next().unwrap_or_default().to_string();
    Failure { class, message: error.to_string() }
}

#[tokio::main]
async fn main() {
    for job in serve::jobs() {
        let mut result = json!({ "text": "" });
        let outcome: Outcome<OpenAIError> = match job.text("operation") {
            "plain" => plain(&job, &mut result).await,
            "stream" => stream(&job, &mut result).await,
            "tools" => tools(&job, &mut result).await,
            "embeddings" => embeddings(&job, &mut result).await,
            _ => models(&job, &mut result).await,
        };
        serve::answer(result, outcome.map_err(describe));
    }
}
