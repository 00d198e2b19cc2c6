import { createContext, useContext } from "react";
import type { Observe } from "./browser";
import type { Tracker } from "./tracker";

export interface Telemetry {
  track: Tracker["track"];
  observe: Observe;
}

export const TelemetryContext = createContext<Telemetry>({ track: () => undefined, observe: () => () => undefined });
export const useTelemetry = (): Telemetry => useContext(TelemetryContext);
