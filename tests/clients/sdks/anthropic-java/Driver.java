import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

final class Driver {
    private static AnthropicClient client(JsonNode job) {
        return AnthropicOkHttpClient.builder()
                .baseUrl(job.get("url").asText())
                .apiKey(job.get("key").asText())
                .build();
    }

    private static MessageCreateParams.Builder question(JsonNode job) {
        return MessageCreateParams.builder()
                .model(job.get("model").asText())
                .maxTokens(200)
                .addUserMessage(job.get("prompt").asText());
    }

    private static void sayText(Message message, ObjectNode result) {
        message.content().forEach(block -> block.text().ifPresent(text -> Serve.say(result, text.text())));
    }

    private static void plain(JsonNode job, ObjectNode result) {
        sayText(client(job).messages().create(question(job).build()), result);
    }

    private static void stream(JsonNode job, ObjectNode result) {
        try (StreamResponse<RawMessageStreamEvent> events =
                client(job).messages().createStreaming(question(job).build())) {
            events.stream()
                    .flatMap(event -> event.contentBlockDelta().stream())
                    .flatMap(event -> event.delta().text().stream())
                    .forEach(delta -> Serve.say(result, delta.text()));
        }
    }

    private static void tools(JsonNode job, ObjectNode result) {
        var schema = Tool.InputSchema.builder()
                .properties(JsonValue.from(Map.of("city", Map.of("type", "string"))))
                .build();
        var tool = Tool.builder().name(job.get("tool").get("name").asText()).inputSchema(schema).build();
        var request = question(job).addTool(tool);
        Message message = client(job).messages().create(request.build());
        List<ContentBlockParam> results = new ArrayList<>();
        var calls = result.putArray("calls");
        for (var block : message.content()) {
            block.toolUse().ifPresent(call -> {
                calls.addObject()
                        .put("name", call.name())
                        .set("arguments", Serve.json.valueToTree(call._input().convert(Map.class)));
                results.add(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                        .toolUseId(call.id())
                        .content(job.get("tool").get("result").asText())
                        .build()));
            });
        }
        request.addMessage(message).addUserMessageOfContentBlockParams(results);
        sayText(client(job).messages().create(request.build()), result);
    }

    private static void models(JsonNode job, ObjectNode result) {
        var names = result.putArray("models");
        client(job).models().list().autoPager().forEach(model -> names.add(model.id()));
    }

    private static Serve.Operation operation(JsonNode job) {
        return switch (job.get("operation").asText()) {
            case "plain" -> Driver::plain;
            case "stream" -> Driver::stream;
            case "tools" -> Driver::tools;
            default -> Driver::models;
        };
    }

    public static void main(String[] arguments) throws Exception {
        Serve.serve(Driver::operation, error -> error instanceof AnthropicServiceException told ? told.statusCode() : null);
    }
}
