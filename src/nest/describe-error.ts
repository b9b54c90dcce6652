/** An error in one line, with whatever stands before the `@` of a URL hidden (rule HL-2). */
export function describeErrorSafely(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/:\/\/\S*@/g, '://***@');
}
