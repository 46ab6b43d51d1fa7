import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.List;
import java.util.Map;

final class Driver {
    private static OpenAIClient client(JsonNode job) {
        String baseUrl = job.get("url").asText() + "/v1";
        return OpenAIOkHttpClient.builder().baseUrl(baseUrl).apiKey(job.get("key").asText()).build();
    }

    private static ChatCompletionCreateParams.Builder question(JsonNode job) {
        return ChatCompletionCreateParams.builder()
                .model(job.get("model").asText())
                .addUserMessage(job.get("prompt").asText());
    }

    private static void plain(JsonNode job, ObjectNode result) {
        var choice = client(job).chat().completions().create(question(job).build()).choices().get(0);
        Serve.say(result, choice.message().content().orElse(""));
        result.put("finish", choice.finishReason().asString());
    }

    private static void stream(JsonNode job, ObjectNode result) {
        try (StreamResponse<ChatCompletionChunk> chunks =
                client(job).chat().completions().createStreaming(question(job).build())) {
            chunks.stream().flatMap(chunk -> chunk.choices().stream()).forEach(choice -> {
                Serve.say(result, choice.delta().content().orElse(""));
                choice.finishReason().ifPresent(reason -> result.put("finish", reason.asString()));
            });
        }
    }

    private static void tools(JsonNode job, ObjectNode result) throws Exception {
        var parameters = FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                .build();
        var function = FunctionDefinition.builder()
                .name(job.get("tool").get("name").asText())
                .parameters(parameters)
                .build();
        var request = question(job).addTool(ChatCompletionFunctionTool.builder().function(function).build());
        ChatCompletionMessage message =
                client(job).chat().completions().create(request.build()).choices().get(0).message();
        request.addMessage(message);
        var calls = result.putArray("calls");
        for (var call : message.toolCalls().orElse(List.of())) {
            var asked = call.asFunction();
            calls.addObject()
                    .put("name", asked.function().name())
                    .set("arguments", Serve.json.readTree(asked.function().arguments()));
            request.addMessage(ChatCompletionToolMessageParam.builder()
                    .toolCallId(asked.id())
                    .content(job.get("tool").get("result").asText())
                    .build());
        }
        var answer = client(job).chat().completions().create(request.build()).choices().get(0);
        Serve.say(result, answer.message().content().orElse(""));
    }

    private static void embeddings(JsonNode job, ObjectNode result) {
        var request = EmbeddingCreateParams.builder()
                .model(job.get("model").asText())
                .inputOfArrayOfStrings(List.of("left", "right"))
                .build();
        var vectors = result.putArray("vectors");
        client(job).embeddings().create(request).data().forEach(one -> vectors.add(one.embedding().size()));
    }

    private static void models(JsonNode job, ObjectNode result) {
        var names = result.putArray("models");
        client(job).models().list().autoPager().forEach(model -> names.add(model.id()));
    }

    private static ResponseCreateParams asked(JsonNode job) {
        return ResponseCreateParams.builder()
                .model(job.get("model").asText())
                .input(job.get("prompt").asText())
                .build();
    }

    private static void responsesPlain(JsonNode job, ObjectNode result) {
        client(job).responses().create(asked(job)).output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .forEach(part -> part.outputText().ifPresent(text -> Serve.say(result, text.text())));
    }

    private static void responsesStream(JsonNode job, ObjectNode result) {
        try (StreamResponse<ResponseStreamEvent> events = client(job).responses().createStreaming(asked(job))) {
            events.stream().forEach(event -> event.outputTextDelta().ifPresent(delta -> Serve.say(result, delta.delta())));
        }
    }

    private static Serve.Operation operation(JsonNode job) {
        boolean isChat = job.get("api").asText().equals("chat");
        return switch (job.get("operation").asText()) {
            case "plain" -> isChat ? Driver::plain : Driver::responsesPlain;
            case "stream" -> isChat ? Driver::stream : Driver::responsesStream;
            case "tools" -> Driver::tools;
            case "embeddings" -> Driver::embeddings;
            default -> Driver::models;
        };
    }

    public static void main(String[] arguments) throws Exception {
        Serve.serve(Driver::operation, error -> error instanceof OpenAIServiceException told ? told.statusCode() : null);
    }
}
