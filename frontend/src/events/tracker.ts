import { uuid } from "./uuid";

/** Something a shopper saw or did, before it gets its id and time. */
export interface Happening {
  product_id: string;
  event_type: "impression" | "click" | "view";
  source: "search" | "browse" | "similar" | "suggest" | "direct";
  query: string | null;
  position: number | null; // from 1
  score: number | null;
  request_id: string | null;
}

export interface Event extends Happening {
  event_id: string;
  session_id: string;
  ts: string; // ISO 8601, UTC
}

export interface Tracker {
  track: (happening: Happening) => void;
  flush: () => void;
}

const BATCH = 50;
const WAIT_MS = 2000;

/** Events are gathered and sent in batches; a product shown twice in one answer counts once. */
export function createTracker(session: string, send: (events: Event[]) => void, now: () => Date): Tracker {
  let waiting: Event[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const seen = new Set<string>();
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    send(batch);
  };
  const track = (happening: Happening): void => {
    if (happening.event_type === "impression") {
      const shown = `${happening.request_id ?? ""} ${happening.product_id}`;
      if (seen.has(shown)) return;
      seen.add(shown);
    }
    waiting.push({ ...happening, event_id: uuid(), session_id: session, ts: now().toISOString() });
    if (waiting.length >= BATCH) flush();
    else timer ??= setTimeout(flush, WAIT_MS);
  };
  return { track, flush };
}
