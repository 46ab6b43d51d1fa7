/** The type of a text, which says who wrote it. */
export type TextType = "input_text" | "output_text";
