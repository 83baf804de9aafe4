// Runs in a page of text: colors the cells of tables and reports which place was clicked.
import type { FromPage } from "./messages";

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

const vscode = acquireVsCodeApi();
for (const cell of document.querySelectorAll("td")) {
  cell.className = cell.textContent ?? "";
}
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const place = link?.getAttribute("href")?.match(/^#place-(\d+)$/);
  if (place) {
    event.preventDefault();
    vscode.postMessage({ place: Number(place[1]) });
  }
});
