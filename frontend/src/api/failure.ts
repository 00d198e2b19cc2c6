/** Why a request gave no answer, in the shopper's terms. */
export type Failure =
  | { kind: "offline" }
  | { kind: "busy"; retryAfter: number }
  | { kind: "server"; status: number; traceId: string | null }
  | { kind: "request"; status: number; title: string; detail: string | null };

export class RequestFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.kind);
  }
}

interface Problem {
  title?: unknown;
  detail?: unknown;
  trace_id?: unknown;
}

const DEFAULT_WAIT_S = 5;
const MAX_WAIT_S = 120;

/** Seconds to wait, from a Retry-After header in either of its two forms (RFC 9110 §10.2.3). */
export function retryAfterSeconds(header: string | null, now: number): number {
  if (header === null) return DEFAULT_WAIT_S;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1000;
  if (Number.isNaN(seconds)) return DEFAULT_WAIT_S;
  return Math.min(MAX_WAIT_S, Math.max(1, Math.ceil(seconds)));
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

export function failureOf(status: number, retryAfter: string | null, body: unknown, now: number): Failure {
  const problem: Problem = typeof body === "object" && body !== null ? body : {};
  if (status === 429) return { kind: "busy", retryAfter: retryAfterSeconds(retryAfter, now) };
  if (status >= 500) return { kind: "server", status, traceId: text(problem.trace_id) };
  return {
    kind: "request",
    status,
    title: text(problem.title) ?? "That request was not understood",
    detail: text(problem.detail),
  };
}
