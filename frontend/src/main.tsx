import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import "./styles/tokens.css";
import "./styles/page.css";
import "./styles/search.css";
import "./styles/results.css";
import "./styles/facets.css";
import "./styles/card.css";
import "./styles/why.css";
import "./styles/product.css";

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
