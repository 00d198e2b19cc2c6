import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTracker, type Event, type Happening } from "../src/events/tracker";
import { uuid } from "../src/events/uuid";

const seen = (id: string, request = "r1"): Happening => ({
  product_id: id, event_type: "impression", source: "search", query: "mug", position: 1, score: 0.5, request_id: request,
});

describe("events", () => {
  const batches: Event[][] = [];
  const tracker = () => createTracker("s1", (events) => batches.push(events), () => new Date(0));
  beforeEach(() => {
    vi.useFakeTimers();
    batches.length = 0;
  });
  afterEach(() => { vi.useRealTimers(); });

  it("are sent together, after a short wait", () => {
    const { track } = tracker();
    track(seen("a"));
    track({ ...seen("a"), event_type: "click" });
    expect(batches).toEqual([]);
    vi.advanceTimersByTime(2000);
    expect(batches.map((batch) => batch.map(({ event_type }) => event_type))).toEqual([["impression", "click"]]);
    expect(batches[0]?.[0]).toMatchObject({ session_id: "s1", product_id: "a", ts: "1970-01-01T00:00:00.000Z" });
  });

  it("count an impression once an answer, and again in the next", () => {
    const { track, flush } = tracker();
    for (const request of ["r1", "r1", "r2"]) track(seen("a", request));
    flush();
    expect(batches[0]).toHaveLength(2);
  });

  it("do not wait once there are many, and are never sent twice", () => {
    const { track, flush } = tracker();
    for (let i = 0; i < 50; i++) track(seen(String(i)));
    flush();
    vi.advanceTimersByTime(5000);
    expect(batches.map((batch) => batch.length)).toEqual([50]);
  });

  it("have ids of their own", () => {
    const ids = Array.from({ length: 100 }, uuid);
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
