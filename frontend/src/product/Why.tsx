import { useCallback } from "react";
import { explain } from "../api/client";
import type { Result, Weights } from "../api/shapes";
import { useSession } from "../state/context";
import { toParams } from "../state/request";
import { useAnswer } from "../state/useAnswer";

const PARTS: { part: keyof Weights; label: string }[] = [
  { part: "search", label: "Search match" },
  { part: "cf", label: "Shoppers’ choices" },
  { part: "popularity", label: "Popularity" },
  { part: "freshness", label: "Freshness" },
];

const two = (value: number): string => value.toFixed(2);

function Part({ label, value, weight }: { label: string; value: number; weight: number }) {
  return (
    <li className="part">
      <span className="part-label">{label}</span>
      <span className="part-sum">
        <span aria-hidden="true">
          {two(value)} × {two(weight)} =
        </span>{" "}
        <strong>{two(value * weight)}</strong>
      </span>
      <span className="bar" aria-hidden="true">
        <span className="bar-weight" style={{ width: `${weight * 100}%` }} />
        <span className="bar-value" style={{ width: `${Math.min(1, value) * weight * 100}%` }} />
      </span>
    </li>
  );
}

/** Why a product stands where it does: its score in parts, and the reasons in words. */
export function Why({ result }: { result: Result }) {
  const { request } = useSession();
  const params = toParams(request).toString();
  const id = result.product_id;
  const ask = useCallback((signal: AbortSignal) => explain(new URLSearchParams(params), id, signal), [params, id]);
  const { value, failure } = useAnswer(`${params} ${id}`, ask);
  const { breakdown, weights } = result;
  return (
    <div className="why">
      <ul className="parts">
        {PARTS.map(({ part, label }) => (
          <Part key={part} label={label} value={breakdown[part]} weight={weights[part]} />
        ))}
      </ul>
      {request.q !== "" && (
        <p className="why-note">
          Match: words {two(breakdown.keyword)}, meaning {two(breakdown.semantic)}
        </p>
      )}
      <p className="why-score">
        <span>Score</span> <strong>{two(result.score)}</strong>
      </p>
      {value === null && failure === null && <span className="bone" aria-hidden="true" />}
      {failure !== null && result.reason != null && <p className="why-note">{result.reason}</p>}
      {value !== null && value.reasons.length > 0 && (
        <ul className="reasons">
          {value.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
