import { useEffect, useRef, useState } from "react";
import type { Result } from "../api/shapes";
import { useTelemetry } from "../events/context";
import type { Happening } from "../events/tracker";
import { useSession } from "../state/context";
import { Link } from "../state/Link";
import { productPath } from "../state/request";
import { Marked } from "../text/Marked";
import { Price, Stars, Stock } from "./facts";
import { Picture } from "./Picture";
import { Why } from "./Why";

interface CardProps {
  result: Result;
  position: number; // from 1
  requestId: string;
  source: Happening["source"];
  explained?: boolean;
}

/** One product among others. */
export function Card({ result, position, requestId, source, explained = false }: CardProps) {
  const { request, alone } = useSession();
  const { track, observe } = useTelemetry();
  const [open, setOpen] = useState(false);
  const element = useRef<HTMLElement>(null);
  const { product_id: id, score } = result;
  const query = request.q === "" ? null : request.q;

  useEffect(() => {
    if (element.current === null) return undefined;
    const event_type = "impression";
    return observe(element.current, { product_id: id, event_type, source, query, position, score, request_id: requestId });
  }, [observe, id, source, query, position, score, requestId]);

  const clicked = (): void => {
    track({ product_id: id, event_type: "click", source, query, position, score, request_id: requestId });
  };
  const why = `why-${id}`;
  const Heading = source === "similar" ? "h3" : "h2"; // similar products stand under a heading of their own
  return (
    <article ref={element} className={open ? "card card-open" : "card"} data-product={id}>
      <Picture src={result.images[0]} alt="" eager={position <= 4} />
      <div className="card-body">
        {result.brand !== null && <p className="card-brand">{result.brand}</p>}
        <Heading dir="auto" className="card-title">
          <Link to={productPath(id, request)} overlay={!alone} onClick={clicked} title={result.title}>
            {result.highlights.title === undefined ? result.title : <Marked text={result.highlights.title} />}
          </Link>
        </Heading>
        <p className="card-price">
          <Price price={result.price} currency={result.currency} />
        </p>
        <p className="card-facts">
          {result.rating !== null && <Stars rating={result.rating} count={result.rating_count} />}
          <Stock stock={result.stock} />
        </p>
        {explained && (
          <button
            type="button"
            className="why-button"
            aria-expanded={open}
            aria-controls={why}
            onClick={() => { setOpen(!open); }}
          >
            Why this?<span className="sr-only"> {result.title}</span>
          </button>
        )}
      </div>
      {explained && <div id={why} hidden={!open}>{open && <Why result={result} />}</div>}
    </article>
  );
}

/** What stands where a card will be. */
export function CardSkeleton() {
  return (
    <div className="card skeleton" aria-hidden="true">
      <span className="picture" />
      <div className="card-body">
        <span className="bone bone-short" />
        <span className="bone" />
        <span className="bone bone-half" />
        <span className="bone bone-short" />
      </div>
    </div>
  );
}
