import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

final class Driver {
    private static String baseUrl(JsonNode job) {
        return job.get("url").asText() + "/v1";
    }

    private static OpenAiChatModel model(JsonNode job) {
        return OpenAiChatModel.builder()
                .baseUrl(baseUrl(job))
                .apiKey(job.get("key").asText())
                .modelName(job.get("model").asText())
                .build();
    }

    private static void plain(JsonNode job, ObjectNode result) {
        Serve.say(result, model(job).chat(job.get("prompt").asText()));
    }

    private static void stream(JsonNode job, ObjectNode result) throws Throwable {
        var done = new CompletableFuture<ChatResponse>();
        var model = OpenAiStreamingChatModel.builder()
                .baseUrl(baseUrl(job))
                .apiKey(job.get("key").asText())
                .modelName(job.get("model").asText())
                .build();
        model.chat(job.get("prompt").asText(), new StreamingChatResponseHandler() {
            public void onPartialResponse(String piece) {
                Serve.say(result, piece);
            }

            public void onCompleteResponse(ChatResponse response) {
                done.complete(response);
            }

            public void onError(Throwable error) {
                done.completeExceptionally(error);
            }
        });
        try {
            result.put("finish", String.valueOf(done.get().finishReason()));
        } catch (ExecutionException error) {
            throw error.getCause();
        }
    }

    private static void tools(JsonNode job, ObjectNode result) throws Exception {
        var schema = JsonObjectSchema.builder().addStringProperty("city").required("city").build();
        var name = job.get("tool").get("name").asText();
        var tool = ToolSpecification.builder().name(name).description("The weather").parameters(schema).build();
        List<ChatMessage> told = new ArrayList<>(List.of(UserMessage.from(job.get("prompt").asText())));
        var model = model(job);
        var message = model.chat(ChatRequest.builder().messages(told).toolSpecifications(tool).build()).aiMessage();
        told.add(message);
        var calls = result.putArray("calls");
        for (var call : message.toolExecutionRequests()) {
            calls.addObject().put("name", call.name()).set("arguments", Serve.json.readTree(call.arguments()));
            told.add(ToolExecutionResultMessage.from(call, job.get("tool").get("result").asText()));
        }
        var request = ChatRequest.builder().messages(told).toolSpecifications(tool).build();
        Serve.say(result, model.chat(request).aiMessage().text());
    }

    private static void embeddings(JsonNode job, ObjectNode result) {
        var model = OpenAiEmbeddingModel.builder()
                .baseUrl(baseUrl(job))
                .apiKey(job.get("key").asText())
                .modelName(job.get("model").asText())
                .build();
        var vectors = result.putArray("vectors");
        var texts = List.of(TextSegment.from("left"), TextSegment.from("right"));
        model.embedAll(texts).content().forEach(one -> vectors.add(one.dimension()));
    }

    private static Serve.Operation operation(JsonNode job) {
        return switch (job.get("operation").asText()) {
            case "plain" -> Driver::plain;
            case "stream" -> Driver::stream;
            case "tools" -> Driver::tools;
            default -> Driver::embeddings;
        };
    }

    /** The status stands in what caused the exception. */
    private static Integer statusOf(Throwable error) {
        for (Throwable one = error; one != null; one = one.getCause()) {
            if (one instanceof HttpException told) return told.statusCode();
        }
        return null;
    }

    public static void main(String[] arguments) throws Exception {
        Serve.serve(Driver::operation, Driver::statusOf);
    }
}
