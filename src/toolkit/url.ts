/** Whether a part of a URL can be decoded: clients do it when they connect, and fail on a lone `%` or on no UTF-8. */
export function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
