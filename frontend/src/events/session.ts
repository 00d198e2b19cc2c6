import { uuid } from "./uuid";

const KEY = "aisle.session";

function fromStorage(): string {
  try {
    const known = sessionStorage.getItem(KEY) ?? uuid();
    sessionStorage.setItem(KEY, known);
    return known;
  } catch {
    return uuid(); // storage is switched off: a session of one page
  }
}

/** Global Privacy Control is a clear no. */
const refused = (): boolean => (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;

let session: string | null | undefined;

/** An anonymous id that ends with the tab; `null` for a shopper who asked not to be followed. */
export function sessionId(): string | null {
  session ??= refused() ? null : fromStorage();
  return session;
}
