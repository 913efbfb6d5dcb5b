/** Removes `//` and block comments and commas before a closing bracket, outside of texts; the Functions tools accept them. */
function stripComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*[}\]])/g,
    (_match, literal: string | undefined) => literal ?? "",
  );
}

/** Parses a settings file as the Functions tools do: JSON with comments, trailing commas and a byte order mark. */
export function parseJsonWithComments(text: string): unknown {
  return JSON.parse(stripComments(text.replace(/^\uFEFF/, ""))) as unknown;
}
