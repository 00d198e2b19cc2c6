import { useState } from "react";
import type { Facet } from "../api/shapes";
import { useSession } from "../state/context";
import { searchPath } from "../state/request";
import { formatPrice, parseAmount } from "../text/format";

interface AmountProps {
  label: string;
  value: string;
  hint: string;
  commit: (amount: string) => void;
}

/** Takes effect on Enter and on leaving, not while typing. */
function Amount({ label, value, hint, commit }: AmountProps) {
  const [draft, setDraft] = useState(value);
  const [of, setOf] = useState(value);
  if (of !== value) {
    setOf(value);
    setDraft(value);
  }
  const amount = parseAmount(draft);
  const done = (): void => {
    if (amount !== null && amount !== value) commit(amount);
  };
  return (
    <label className="amount">
      <span>{label}</span>
      <input
        type="text"
        inputMode="decimal"
        autoComplete="off"
        placeholder={hint}
        value={draft}
        aria-invalid={amount === null}
        onChange={(event) => { setDraft(event.target.value); }}
        onBlur={done}
        onKeyDown={(event) => { if (event.key === "Enter") done(); }}
      />
    </label>
  );
}

/** A lowest and a highest price. The wrong way round is put right. */
export function PriceRange({ facet, currency }: { facet: Facet; currency: string }) {
  const { request, go } = useSession();
  const set = (priceMin: string, priceMax: string): void => {
    const crossed = priceMin !== "" && priceMax !== "" && Number(priceMin) > Number(priceMax);
    go(searchPath({ ...request, priceMin: crossed ? priceMax : priceMin, priceMax: crossed ? priceMin : priceMax }));
  };
  const hint = (amount: Facet["min"], round: (value: number) => number): string =>
    amount === null ? "" : formatPrice(String(round(Number(amount))), currency).replace(/[.,]00(?=\D*$)/, "");
  return (
    <div className="amounts">
      <Amount
        label="From"
        value={request.priceMin}
        hint={hint(facet.min, Math.floor)}
        commit={(amount) => { set(amount, request.priceMax); }}
      />
      <Amount
        label="To"
        value={request.priceMax}
        hint={hint(facet.max, Math.ceil)}
        commit={(amount) => { set(request.priceMin, amount); }}
      />
    </div>
  );
}
