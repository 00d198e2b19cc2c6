import { describe, expect, it } from "vitest";
import { EMPTY, parseRequest, productPath, searchPath, toParams, type Request } from "../src/state/request";

const FULL: Request = {
  q: "trail shoes & socks",
  brand: ["Hearth & Hob", "Nordal"],
  category: ["Home > Kitchen"],
  attributes: { color: ["sage green", "black"], "shoe size": ["42"] },
  priceMin: "10",
  priceMax: "99.5",
  ratingMin: "4",
  inStock: true,
  sort: "price_asc",
  ignore: ["brand:Acme", "price:-50"],
  off: ["spelling"],
};

const read = (address: string): Request => parseRequest(new URL(address, "http://shop").searchParams);

describe("a request in the address", () => {
  it("comes back as it was written", () => {
    expect(read(searchPath(FULL))).toEqual(FULL);
    expect(read(productPath("a/b?c", FULL))).toEqual(FULL);
  });

  it("is the front of the shop when nothing was asked", () => {
    expect(searchPath(EMPTY)).toBe("/");
    expect(read("/")).toEqual(EMPTY);
  });

  it("is written the same whatever order attributes were chosen in", () => {
    const turned = { ...FULL, attributes: { "shoe size": ["42"], color: ["sage green", "black"] } };
    expect(toParams(turned).toString()).toBe(toParams(FULL).toString());
  });

  it("leaves out what makes no sense", () => {
    const request = read("/?q=+&price_min=cheap&price_max=-3&rating_min=NaN&sort=sideways&in_stock=1&attr.=x&attr.color=&brand=&utm=x");
    expect(request).toEqual(EMPTY);
  });

  it("does not repeat a value", () => {
    expect(read("/?brand=A&brand=A&brand=B").brand).toEqual(["A", "B"]);
  });

  it("keeps a product's id whole", () => {
    expect(productPath("a/b c", EMPTY)).toBe("/p/a%2Fb%20c");
  });
});
