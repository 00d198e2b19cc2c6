import { describe, expect, it } from "vitest";
import { categoryTree } from "../src/state/categories";
import { asked, choices, ignoring, inEffect, limitPrice, priceLimits, ticked, toggle, toggleTicked, unfiltered } from "../src/state/choices";
import { EMPTY, type Request } from "../src/state/request";

const value = (text: string, count = 1, selected = false) => ({ value: text, count, selected });

describe("choosing a value", () => {
  it("adds it, and takes it away again", () => {
    const once = toggle(EMPTY, "brand", "Acme");
    expect(once.brand).toEqual(["Acme"]);
    expect(toggle(once, "brand", "Acme")).toEqual(EMPTY);
  });

  it("keeps other values of the same attribute", () => {
    const both = toggle(toggle(EMPTY, "attributes.color", "red"), "attributes.color", "blue");
    expect(both.attributes).toEqual({ color: ["red", "blue"] });
    expect(toggle(both, "attributes.color", "red").attributes).toEqual({ color: ["blue"] });
  });

  it("replaces the categories above and below, and no others", () => {
    const start: Request = { ...EMPTY, category: ["Home", "Homeware", "Home > Kitchen > Kettles"] };
    expect(toggle(start, "category", "Home > Kitchen").category).toEqual(["Homeware", "Home > Kitchen"]);
  });
});

describe("un-ticking what the words had ticked", () => {
  const chips = [
    { kind: "brand", label: "Brand: Acme", value: "Acme" },
    { kind: "attribute", label: "Color: red", value: "color=red" },
  ];

  const brands = { name: "brand", values: [value("Acme", 3, true), value("Zeta", 2)] };

  it("keeps what was understood when another value joins it", () => {
    expect(toggleTicked(EMPTY, brands, value("Zeta", 2), chips).brand).toEqual(["Acme", "Zeta"]);
  });

  it("is not needed for what a choice by hand overrules", () => {
    expect(inEffect({ ...EMPTY, brand: ["Zeta"] }, chips).map(({ kind }) => kind)).toEqual(["attribute"]);
    expect(inEffect({ ...EMPTY, attributes: { color: ["blue"] } }, chips).map(({ kind }) => kind)).toEqual(["brand"]);
    expect(inEffect({ ...EMPTY, attributes: { size: ["9"] } }, chips)).toEqual(chips);
  });

  it("takes the understood constraint back", () => {
    expect(toggleTicked(EMPTY, brands, value("Acme", 1, true), chips).ignore).toEqual(["brand:Acme"]);
    expect(toggleTicked(EMPTY, { name: "attributes.color", values: [] }, value("red", 1, true), chips).ignore).toEqual(["attribute:color=red"]);
  });

  it("takes back the one chip that stands for several spellings", () => {
    expect(toggleTicked(EMPTY, brands, value("ACME Inc", 1, true), chips).ignore).toEqual(["brand:Acme"]);
  });

  it("shows at once, before the answer to it has come", () => {
    const acme = value("Acme", 1, true);
    expect(ticked(EMPTY, "brand", acme, chips)).toBe(true);
    const request = toggleTicked(EMPTY, brands, acme, chips);
    expect(ticked(request, "brand", acme, inEffect(request, chips))).toBe(false);
  });

  it("leaves a value chosen by hand to the hand", () => {
    const request = { ...EMPTY, brand: ["Acme"] };
    expect(toggleTicked(request, brands, value("Acme", 1, true), chips)).toEqual(EMPTY);
  });

  it("does not ignore the same chip twice", () => {
    const [chip] = chips;
    expect(chip && ignoring(ignoring(EMPTY, chip), chip).ignore).toEqual(["brand:Acme"]);
  });
});

describe("a price by hand", () => {
  const chips = [{ kind: "price", label: "Under $50", value: "..50" }];

  it("starts from what was understood, and goes before it", () => {
    expect(priceLimits(EMPTY, chips)).toEqual(["", "50"]);
    expect(limitPrice(EMPTY, "10", "50", chips)).toEqual({ ...EMPTY, priceMin: "10", priceMax: "50", ignore: ["price:..50"] });
    expect(priceLimits({ ...EMPTY, priceMin: "10" }, chips)).toEqual(["10", ""]);
  });

  it("is put right when it is the wrong way round", () => {
    expect(limitPrice(EMPTY, "100", "20", [])).toEqual({ ...EMPTY, priceMin: "20", priceMax: "100" });
  });
});

describe("what was chosen", () => {
  const request: Request = { ...EMPTY, q: "mug", brand: ["Acme"], priceMax: "20", ratingMin: "4", inStock: true, sort: "rating" };

  it("is told in words, each with the way back", () => {
    const found = choices(request, "USD");
    expect(found.map(({ label }) => label)).toEqual(["Acme", "Up to $20.00", "4 stars & up", "In stock"]);
    expect(found[1]?.without).toEqual({ ...request, priceMax: "" });
  });

  it("goes when filters are cleared, but not the question and its order", () => {
    expect(unfiltered(request)).toEqual({ ...EMPTY, q: "mug", sort: "rating" });
  });

  it("goes when something else is asked", () => {
    expect(asked("  lamp ")).toEqual({ ...EMPTY, q: "lamp" });
  });
});

describe("the category tree", () => {
  it("counts a parent by what is below it, unless the answer counts it", () => {
    const tree = categoryTree([value("Home > Kitchen > Kettles", 3), value("Home > Lighting", 4), value("Garden", 9), value("Garden > Tools", 2)]);
    expect(tree.map(({ name, count }) => [name, count])).toEqual([["Home", 7], ["Garden", 9]]);
    expect(tree[0]?.children.map(({ path, count }) => [path, count])).toEqual([["Home > Kitchen", 3], ["Home > Lighting", 4]]);
  });
});
