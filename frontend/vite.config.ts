import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const API = ["/search", "/products", "/events", "/images", "/docs"];
const target = "http://127.0.0.1:8000"; // the API, or `npm run mock`

export default defineConfig({
  plugins: [react()],
  // Everything stays a file of its own: the Content-Security-Policy allows no inline script or style.
  build: { outDir: "dist", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: Object.fromEntries(API.map((path) => [path, target])) },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
