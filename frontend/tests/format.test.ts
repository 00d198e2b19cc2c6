import { describe, expect, it } from "vitest";
import { counted, formatPrice, labelOf, parseAmount } from "../src/text/format";

describe("a price", () => {
  it("is written as the reader writes money", () => {
    expect(formatPrice("1234.50", "USD", "en-US")).toBe("$1,234.50");
    expect(formatPrice("1234.50", "EUR", "de-DE")).toBe("1.234,50\u00a0€");
    expect(formatPrice("1200", "JPY", "en-US")).toBe("¥1,200");
  });

  it("is exact where a float would not be", () => {
    expect(formatPrice("9007199254740993.25", "USD", "en-US")).toBe("$9,007,199,254,740,993.25");
  });

  it("survives a currency nobody knows", () => {
    expect(formatPrice("5.00", "not-money", "en-US")).toBe("5.00 not-money");
  });
});

describe("an amount typed by a shopper", () => {
  it.each([["20", "20"], ["$1,250", "1250"], ["19,99", "19.99"], [" 7.5 € ", "7.5"], ["", ""], [".5", "0.5"]])("reads %j as %j", (typed, amount) => {
    expect(parseAmount(typed)).toBe(amount);
  });

  it.each(["cheap", "-5", "1.2.3", "1e9", "12345678901"])("does not read %j", (typed) => {
    expect(parseAmount(typed)).toBeNull();
  });
});

describe("words", () => {
  it("count things", () => {
    expect(counted(1, "product")).toBe("1 product");
    expect(counted(0, "product")).toBe("0 products");
  });

  it("name an attribute", () => {
    expect(labelOf("screen_size")).toBe("Screen size");
  });
});
