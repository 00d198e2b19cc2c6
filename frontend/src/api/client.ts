import { sessionId } from "../events/session";
import { failureOf, RequestFailed, type Failure } from "./failure";
import type { Explanation, Product, SearchPage, SimilarPage, Suggestion } from "./shapes";

export const PAGE_SIZE = 24;

/** GET a JSON answer. Throws `RequestFailed`, or the abort's own error when `signal` fires. */
async function get<Answer>(path: string, params: URLSearchParams, signal: AbortSignal): Promise<Answer> {
  const query = params.toString();
  const session = sessionId();
  const headers = { Accept: "application/json", ...(session !== null && { "X-Session-Id": session }) };
  const response = await fetch(query === "" ? path : `${path}?${query}`, { signal, headers }).catch((error: unknown) => {
    throw signal.aborted ? error : new RequestFailed({ kind: "offline" });
  });
  const body = (await response.json().catch(() => null)) as unknown;
  if (signal.aborted) throw signal.reason;
  if (!response.ok || body === null) {
    const status = response.ok ? 502 : response.status; // an answer that is no JSON is a broken gateway's
    throw new RequestFailed(failureOf(status, response.headers.get("Retry-After"), body, Date.now()));
  }
  return body as Answer;
}

export function failureFrom(error: unknown): Failure {
  return error instanceof RequestFailed ? error.failure : { kind: "server", status: 0, traceId: null };
}

export function search(params: URLSearchParams, cursor: string | null, signal: AbortSignal): Promise<SearchPage> {
  const sent = new URLSearchParams(params);
  sent.set("k", String(PAGE_SIZE));
  if (cursor !== null) sent.set("cursor", cursor);
  return get("/search", sent, signal);
}

export async function suggest(q: string, signal: AbortSignal): Promise<Suggestion[]> {
  const answer = await get<{ suggestions: Suggestion[] }>("/search/suggest", new URLSearchParams({ q }), signal);
  return answer.suggestions;
}

export function explain(params: URLSearchParams, productId: string, signal: AbortSignal): Promise<Explanation> {
  const sent = new URLSearchParams(params);
  sent.set("product_id", productId);
  return get("/search/explain", sent, signal);
}

const productPath = (id: string): string => `/products/${encodeURIComponent(id)}`;

export function product(id: string, signal: AbortSignal): Promise<Product> {
  return get(productPath(id), new URLSearchParams(), signal);
}

export function similar(id: string, signal: AbortSignal): Promise<SimilarPage> {
  return get(`${productPath(id)}/similar`, new URLSearchParams(), signal);
}
