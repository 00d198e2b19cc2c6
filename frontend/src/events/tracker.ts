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

/** A random UUID (RFC 9562, version 4). `crypto.randomUUID` is missing on plain-http pages, as on a phone in the same house. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

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
