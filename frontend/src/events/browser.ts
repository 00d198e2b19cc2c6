import { sessionId } from "./session";
import { createTracker, type Event, type Happening, type Tracker } from "./tracker";

/** A failed send is dropped: events must never get in a shopper's way. */
function send(events: Event[]): void {
  const body = JSON.stringify({ events });
  if (document.visibilityState === "hidden" && navigator.sendBeacon("/events", new Blob([body], { type: "application/json" }))) return;
  const headers = { "Content-Type": "application/json" };
  fetch("/events", { method: "POST", body, headers, keepalive: true }).catch(() => undefined);
}

export function browserTracker(): Tracker {
  const session = sessionId();
  if (session === null) return { track: () => undefined, flush: () => undefined };
  const tracker = createTracker(session, send, () => new Date());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") tracker.flush();
  });
  return tracker;
}

export type Observe = (element: Element, happening: Happening) => () => void;

/** Tells of a product once half of it has been on screen. */
export function createObserver(tracker: Tracker): Observe {
  const watched = new Map<Element, Happening>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const happening = watched.get(target);
        if (!isIntersecting || happening === undefined) continue;
        tracker.track(happening);
        observer.unobserve(target);
      }
    },
    { threshold: 0.5 },
  );
  return (element, happening) => {
    watched.set(element, happening);
    observer.observe(element);
    return () => {
      watched.delete(element);
      observer.unobserve(element);
    };
  };
}
