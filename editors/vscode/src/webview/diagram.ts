// Shows a drawing, moves it, makes it larger and smaller, and tells what is clicked. It must not know how it is made.
import type { FromPanel, ToPanel } from "./messages";

declare function acquireVsCodeApi(): { postMessage(message: FromPanel): void; setState(state: unknown): void };

const vscode = acquireVsCodeApi();
const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const canvas = element("canvas");
const scope = element<HTMLSelectElement>("scope");

/** The part of the drawing that is seen, in its own units; none as long as all of it is. */
let view: { x: number; y: number; width: number; height: number } | undefined;
let svg: SVGSVGElement | undefined;
let size = { width: 1, height: 1 };

window.addEventListener("message", ({ data }: MessageEvent<ToPanel>) => {
  switch (data.type) {
    case "drawing":
      vscode.setState({ model: data.model, only: data.only });
      fillScope(data);
      show(data.svg, data.note);
      break;
    case "select":
      for (const part of canvas.querySelectorAll<SVGGElement>("[data-part]")) {
        part.classList.toggle("selected", data.parts.includes(Number(part.dataset.part)));
      }
      break;
  }
});

function fillScope({ components, model, only }: Extract<ToPanel, { type: "drawing" }>): void {
  const option = (value: string, text: string) => Object.assign(document.createElement("option"), { value, textContent: text });
  const named = components.map(({ name, title, uri }) => option(uri, title ? `${title} (${name})` : name));
  scope.replaceChildren(option("", "Whole model"), ...named);
  scope.value = only ? model : "";
}

function show(drawing: string | undefined, note: string | undefined): void {
  const focused = document.activeElement?.closest<SVGGElement>("[data-part]")?.dataset.part;
  svg = undefined;
  if (drawing === undefined) {
    canvas.replaceChildren(Object.assign(document.createElement("p"), { textContent: note ?? "" }));
    return;
  }
  // As XML: what is not well-formed is not shown, and nothing in it runs.
  const parsed = new DOMParser().parseFromString(drawing, "image/svg+xml").documentElement;
  if (!(parsed instanceof SVGSVGElement)) {
    canvas.replaceChildren(Object.assign(document.createElement("p"), { textContent: "The diagram is invalid." }));
    return;
  }
  svg = document.importNode(parsed, true);
  const { width, height } = svg.viewBox.baseVal;
  if (size.width !== width || size.height !== height) {
    // What is looked at stays where it is while the drawing grows; a new one is seen whole.
    size = { width, height };
    if (view && (view.x > width || view.y > height)) {
      view = undefined;
    }
  }
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  canvas.replaceChildren(svg);
  look();
  if (focused !== undefined) {
    svg.querySelector<SVGGElement>(`[data-part="${CSS.escape(focused)}"]`)?.focus();
  }
}

/** Applies the view. Without one the drawing is as large as it fits, but not larger than it was made. */
function look(): void {
  if (!svg) {
    return;
  }
  const seen = view ?? { x: 0, y: 0, ...size };
  svg.setAttribute("viewBox", `${seen.x} ${seen.y} ${seen.width} ${seen.height}`);
  svg.style.maxWidth = view ? "none" : `${size.width * 1.25}px`;
  svg.style.maxHeight = view ? "none" : `${size.height * 1.25}px`;
}

/** The view of now, with the shape of the canvas. */
function now(): { x: number; y: number; width: number; height: number } {
  if (view) {
    return view;
  }
  const { width, height } = canvas.getBoundingClientRect();
  const scale = Math.min(width / size.width, height / size.height, 1.25);
  const [seenWidth, seenHeight] = [width / scale, height / scale];
  return { x: (size.width - seenWidth) / 2, y: (size.height - seenHeight) / 2, width: seenWidth, height: seenHeight };
}

/** Makes it larger or smaller around a point of the canvas, from 0 to 1. */
function zoom(factor: number, atX = 0.5, atY = 0.5): void {
  const { x, y, width, height } = now();
  const scale = Math.min(Math.max(factor, (size.width * 4) / width < 1 ? 1 : 0.02), (size.width * 4) / width);
  view = { x: x + width * atX * (1 - scale), y: y + height * atY * (1 - scale), width: width * scale, height: height * scale };
  look();
}

function move(right: number, down: number): void {
  const { x, y, width, height } = now();
  view = { x: x + width * right, y: y + height * down, width, height };
  look();
}

function fit(): void {
  view = undefined;
  look();
}

canvas.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey || !event.shiftKey) {
      const factor = Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 200);
      zoom(factor, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    } else {
      move((event.deltaX || event.deltaY) / box.width, 0);
    }
  },
  { passive: false },
);

let dragged: { x: number; y: number; moved: boolean } | undefined;
canvas.addEventListener("pointerdown", (event) => {
  dragged = event.button === 0 ? { x: event.clientX, y: event.clientY, moved: false } : undefined;
});
canvas.addEventListener("pointermove", (event) => {
  if (!dragged) {
    return;
  }
  const [right, down] = [event.clientX - dragged.x, event.clientY - dragged.y];
  if (!dragged.moved && Math.hypot(right, down) < 4) {
    return;
  }
  if (!dragged.moved) {
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add("dragging");
  }
  const box = canvas.getBoundingClientRect();
  move(-right / box.width, -down / box.height);
  dragged = { x: event.clientX, y: event.clientY, moved: true };
});
for (const end of ["pointerup", "pointercancel"] as const) {
  canvas.addEventListener(end, () => {
    canvas.classList.remove("dragging");
    // The click that follows has to know.
    setTimeout(() => (dragged = undefined));
  });
}

const partOf = (target: EventTarget | null) =>
  target instanceof Element ? target.closest<SVGGElement>("[data-part]")?.dataset.part : undefined;

canvas.addEventListener("click", (event) => {
  const part = partOf(event.target);
  if (part !== undefined && !dragged?.moved) {
    vscode.postMessage({ type: "open", part: Number(part) });
  }
});
document.addEventListener("keydown", (event) => {
  if (event.target === scope || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const part = partOf(event.target);
  const keys: Record<string, () => void> = {
    "+": () => zoom(0.8),
    "=": () => zoom(0.8),
    "-": () => zoom(1.25),
    "0": fit,
    ArrowLeft: () => move(-0.1, 0),
    ArrowRight: () => move(0.1, 0),
    ArrowUp: () => move(0, -0.1),
    ArrowDown: () => move(0, 0.1),
    Enter: () => part !== undefined && vscode.postMessage({ type: "open", part: Number(part) }),
  };
  const run = keys[event.key];
  if (run && !(event.target instanceof HTMLButtonElement)) {
    event.preventDefault();
    run();
  }
});
element("in").addEventListener("click", () => zoom(0.8));
element("out").addEventListener("click", () => zoom(1.25));
element("fit").addEventListener("click", fit);
scope.addEventListener("change", () => {
  view = undefined;
  vscode.postMessage({ type: "scope", uri: scope.value || null });
});
let tall: boolean | undefined;
new ResizeObserver(() => {
  const { width, height } = canvas.getBoundingClientRect();
  if (width && height && tall !== height > width) {
    tall = height > width;
    view = undefined;
    vscode.postMessage({ type: "shape", tall });
  }
  look();
}).observe(canvas);
