"""What the service says of itself: logs, metrics, traces and the state of its parts.

Everything hangs on one record per request, carried by a context variable; outside a request all of this is a no-op
or a plain log line. No settings are read here and nothing is exported unless the door asks for it.
Start at `record.py`: `span("keyword")` and `annotate(cache="memory")` are what the rest of the house uses.
"""

from core.telemetry.health import Part
from core.telemetry.logs import get_logger
from core.telemetry.record import annotate, span

__all__ = ["Part", "annotate", "get_logger", "span"]
