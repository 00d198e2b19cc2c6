import { describe, expect, it } from "vitest";
import { failureOf, retryAfterSeconds } from "../src/api/failure";

const NOW = Date.parse("2026-01-01T00:00:00Z");

describe("the wait after too many requests", () => {
  it.each([["7", 7], [" 30 ", 30], ["0", 1], ["Thu, 01 Jan 2026 00:00:09 GMT", 9], ["soon", 5], [null, 5], ["86400", 120]])("for %j is %d s", (header, seconds) => {
    expect(retryAfterSeconds(header, NOW)).toBe(seconds);
  });
});

describe("an answer that is none", () => {
  it("on our side keeps the trace id", () => {
    expect(failureOf(503, null, { trace_id: "abc" }, NOW)).toEqual({ kind: "server", status: 503, traceId: "abc" });
    expect(failureOf(500, null, "<html>", NOW)).toEqual({ kind: "server", status: 500, traceId: null });
  });

  it("for being too many says how long to wait", () => {
    expect(failureOf(429, "12", null, NOW)).toEqual({ kind: "busy", retryAfter: 12 });
  });

  it("for what was asked says why", () => {
    const problem = { title: "Query too long", detail: "At most 500 characters." };
    expect(failureOf(422, null, problem, NOW)).toEqual({ kind: "request", status: 422, title: "Query too long", detail: "At most 500 characters." });
  });
});
