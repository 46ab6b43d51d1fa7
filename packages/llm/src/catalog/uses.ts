// What a model is for, as far as its name tells it: lists of vendors name all that they have, and few say of what kind it is.

const embeddings = /embed|(?:^|[/-])(?:bge|e5|gte|minilm|all-mpnet|voyage|stella|arctic-embed)(?:[-:.]|$)/i;

const others: readonly RegExp[] = [
  // Sound and speech.
  /whisper|transcrib|(?:^|[/-])tts(?:-|$)|[/-]tts[-:]|speech|voice|audio|realtime|-live(?:-|$)|lyria|sonic|musicgen|orpheus/i,
  // Pictures and films.
  /dall-?e|image|imagen|flux|stable-diffusion|sdxl|sora|(?:^|[/-])veo|(?:^|[/-])kling|seedream|recraft|nano-banana|video|t2i|t2v/i,
  // Judges of texts, and what is not made for chats.
  /rerank|moderation|guard|safety|classif|reward|(?:^|[/-])ocr(?:-|$)|mistral-ocr|document-ai|translate|m2m100|indictrans|distilbert/i,
  /(?:^|[/-])(?:ada|babbage|curie|davinci)(?:-|$)|-instruct-0914|gpt-3\.5-turbo-instruct|computer-use|deep-research|(?:^|[/-])aqa$/i,
];

export type ModelUse = "chat" | "embeddings" | "other";

export function useOf(model: string): ModelUse {
  if (others.some((pattern) => pattern.test(model))) return "other";
  return embeddings.test(model) ? "embeddings" : "chat";
}
