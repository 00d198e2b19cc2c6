import { useState } from "react";
import type { Chip, Facet } from "../api/shapes";
import { limitPrice, priceLimits } from "../state/choices";
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

interface PriceRangeProps {
  facet: Facet;
  chips: Chip[];
  currency: string;
}

/** A lowest and a highest price. */
export function PriceRange({ facet, chips, currency }: PriceRangeProps) {
  const { request, go } = useSession();
  const [low, high] = priceLimits(request, chips);
  const set = (from: string, to: string): void => {
    go(searchPath(limitPrice(request, from, to, chips)));
  };
  const hint = (amount: Facet["min"], round: (value: number) => number): string =>
    amount === null ? "" : formatPrice(String(round(Number(amount))), currency).replace(/[.,]00(?=\D*$)/, "");
  return (
    <div className="amounts">
      <Amount
        label="From"
        value={low}
        hint={hint(facet.min, Math.floor)}
        commit={(amount) => { set(amount, high); }}
      />
      <Amount
        label="To"
        value={high}
        hint={hint(facet.max, Math.ceil)}
        commit={(amount) => { set(low, amount); }}
      />
    </div>
  );
}
