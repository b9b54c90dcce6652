/** Whether a part of a URL can be decoded. Clients decode it when they connect, and fail on a lone `%` or invalid UTF-8. */
export function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
