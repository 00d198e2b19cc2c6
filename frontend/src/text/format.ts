/** Exact money, in the reader's own notation. `amount` is a decimal string, which Intl reads without rounding to a float. */
export function formatPrice(amount: string, currency: string, locale?: string): string {
  try {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    return format.format(amount as Intl.StringNumericLiteral);
  } catch {
    return `${amount} ${currency}`; // not a currency this browser knows
  }
}

export function formatCount(count: number, locale?: string): string {
  return new Intl.NumberFormat(locale).format(count);
}

export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** `screen_size` → `Screen size`. */
export function labelOf(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a shopper typed as an amount → a plain decimal, `""` for nothing, or `null` when it is no amount. */
export function parseAmount(typed: string): string | null {
  const text = typed.replace(/[\s$€£¥]/g, "").replace(/,(\d{3})(?!\d)/g, "$1").replace(",", ".");
  if (text === "") return "";
  return /^\d{1,10}(\.\d{0,2})?$|^\.\d{1,2}$/.test(text) ? String(Number(text)) : null;
}
