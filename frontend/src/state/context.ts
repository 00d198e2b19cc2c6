import { createContext, useContext } from "react";
import type { Go } from "./location";
import { EMPTY, type Request } from "./request";

export interface Session {
  request: Request;
  go: Go;
  alone: boolean; // a product's own page, with no results beneath
}

export const SessionContext = createContext<Session>({ request: EMPTY, go: () => undefined, alone: false });
export const useSession = (): Session => useContext(SessionContext);
