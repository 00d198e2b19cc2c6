/** A small made-up shop for developing the page: the same every time. */

const KINDS = [
  { path: ["Electronics", "Audio", "Headphones"], noun: "Headphones", brands: ["Sonora", "Kestrel", "Aurel"], from: 29, to: 349, shape: "M120 230v-30a80 80 0 0 1 160 0v30M105 215h34v70h-34zM261 215h34v70h-34z",
    attributes: { color: ["black", "white", "sage green"], connectivity: ["bluetooth 5.3", "wired"], noise_cancelling: ["yes", "no"] }, adjectives: ["Wireless", "Noise Cancelling", "Over-Ear", "Foldable", "Studio"] },
  { path: ["Electronics", "Audio", "Speakers"], noun: "Speaker", brands: ["Sonora", "Brightwell"], from: 35, to: 420, shape: "M140 110h120v190H140zM200 235m-36 0a36 36 0 1 0 72 0 36 36 0 1 0-72 0M200 152m-14 0a14 14 0 1 0 28 0 14 14 0 1 0-28 0",
    attributes: { color: ["black", "oak"], connectivity: ["bluetooth 5.3", "wi-fi"], waterproof: ["IPX7", "no"] }, adjectives: ["Portable", "Bookshelf", "Bluetooth", "Outdoor"] },
  { path: ["Home", "Kitchen", "Kettles"], noun: "Kettle", brands: ["Hearth & Hob", "Brightwell"], from: 24, to: 180, shape: "M130 190h130l16 110H116zM150 190c0-60 90-60 90 0M270 210c40 0 40 60 6 70",
    attributes: { color: ["steel", "black", "cream"], capacity: ["1.0 l", "1.7 l"], material: ["stainless steel", "glass"] }, adjectives: ["Electric", "Gooseneck", "Quiet", "Glass"] },
  { path: ["Home", "Lighting", "Desk lamps"], noun: "Desk Lamp", brands: ["Lumenary", "Nordal"], from: 19, to: 210, shape: "M150 300h100M200 300l-40-90 70-80M215 115l50 50-60 20z",
    attributes: { color: ["brass", "white", "black"], light: ["warm", "daylight"], dimmable: ["yes", "no"] }, adjectives: ["Adjustable", "LED", "Brass", "Clamp-On"] },
  { path: ["Fashion", "Shoes", "Running shoes"], noun: "Running Shoes", brands: ["Stridewell", "Kestrel"], from: 49, to: 190, shape: "M100 270v-50l50-30 60 40 80 16c20 5 20 24 10 34H110zM165 210l20-20M185 224l20-20",
    attributes: { color: ["blue", "black", "coral"], size: ["38", "40", "42", "44"], surface: ["road", "trail"] }, adjectives: ["Cushioned", "Trail", "Lightweight", "Stability"] },
  { path: ["Sports", "Outdoor", "Backpacks"], noun: "Backpack", brands: ["Ridgeway", "Nordal"], from: 39, to: 260, shape: "M140 170c0-70 120-70 120 0v130H140zM160 230h80v50h-80zM170 120c0-30 60-30 60 0",
    attributes: { color: ["moss", "navy", "black"], volume: ["20 l", "35 l", "55 l"], waterproof: ["yes", "no"] }, adjectives: ["Hiking", "Roll-Top", "Day", "Travel"] },
];

const HUES = [18, 42, 96, 158, 204, 262, 330];

/** A repeatable number in [0, 1). */
const chance = (seed) => {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
};
const pick = (values, seed) => values[Math.floor(chance(seed) * values.length)];

const REST = "that does one thing well: built to be repaired, packed without plastic, and tested for two years before it reached the shelf.";

function productOf(kind, index, seed) {
  const adjective = pick(kind.adjectives, seed);
  const attributes = Object.fromEntries(Object.entries(kind.attributes).map(([name, values], i) => [name, [pick(values, seed * 7 + i)]]));
  const cents = Math.round((kind.from + chance(seed * 3) ** 2 * (kind.to - kind.from)) * 100);
  const brand = pick(kind.brands, seed * 5);
  const rated = chance(seed * 17) > 0.12;
  return {
    id: `p-${String(seed).padStart(4, "0")}`,
    title: `${brand} ${adjective} ${kind.noun} ${"ABCDEFGH"[index % 8]}${10 + index}${index % 9 === 0 ? ", Limited Edition with Travel Case" : ""}`,
    description: `A ${adjective.toLowerCase()} ${kind.noun.toLowerCase()} ${REST}`,
    brand,
    category: kind.path,
    price: index % 23 === 7 ? null : (cents / 100).toFixed(2),
    currency: "USD",
    attributes,
    images: index % 19 === 5 ? [] : [`/images/${seed}.svg`, `/images/${seed}b.svg`],
    rating: rated ? Math.round((2.6 + chance(seed * 11) * 2.4) * 10) / 10 : null,
    rating_count: rated ? Math.floor(chance(seed * 13) ** 3 * 2400) + 1 : 0,
    stock: index % 11 === 3 ? 0 : index % 7 === 2 ? 3 : Math.floor(chance(seed * 19) * 90) + 6,
    popularity: chance(seed * 23),
    freshness: chance(seed * 29),
    cf: chance(seed * 31),
  };
}

export const products = KINDS.flatMap((kind, k) => Array.from({ length: 22 }, (_, i) => productOf(kind, i, k * 22 + i + 1)));

export function image(name) {
  const seed = Number.parseInt(name, 10);
  const kind = KINDS[Math.floor((seed - 1) / 22)] ?? KINDS[0];
  const hue = HUES[seed % HUES.length];
  const tilt = name.includes("b") ? 8 : 0;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400"><rect width="400" height="400" fill="hsl(${hue} 32% 93%)"/><circle cx="200" cy="215" r="128" fill="hsl(${hue} 34% 86%)"/><path transform="rotate(${tilt} 200 200)" d="${kind.shape}" fill="hsl(${hue} 38% 62%)" stroke="hsl(${hue} 44% 26%)" stroke-width="9" stroke-linejoin="round" stroke-linecap="round"/></svg>`;
}
