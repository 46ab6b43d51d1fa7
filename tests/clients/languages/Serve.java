import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.function.Function;

/** What all drivers in Java share: a job a line comes in, its result goes out as a line of JSON. */
final class Serve {
    static final ObjectMapper json = new ObjectMapper();

    /** What is in `result` when it throws was delivered before. */
    interface Operation {
        void run(JsonNode job, ObjectNode result) throws Throwable;
    }

    static void serve(Function<JsonNode, Operation> operations, Function<Throwable, Integer> statusOf) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonNode job = json.readTree(line);
            ObjectNode result = json.createObjectNode().put("text", "");
            try {
                operations.apply(job).run(job, result);
            } catch (Throwable error) {
                ObjectNode told = result.putObject("error");
                told.put("class", error.getClass().getSimpleName()).put("message", String.valueOf(error.getMessage()));
                told.put("status", statusOf.apply(error));
            }
            System.out.println(json.writeValueAsString(result));
        }
    }

    static void say(ObjectNode result, String piece) {
        result.put("text", result.get("text").asText() + piece);
    }
}
