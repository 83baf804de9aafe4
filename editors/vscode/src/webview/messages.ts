// What the panel with the diagram and the extension tell each other.

export type ToPanel =
  | {
      type: "drawing";
      svg?: string;
      note?: string;
      components: { name: string; title: string | null; uri: string }[];
      model: string;
      only: boolean;
    }
  | { type: "select"; parts: number[] };

export type FromPanel =
  | { type: "ready" }
  /** A component, or the whole model. */
  | { type: "scope"; uri: string | null }
  | { type: "open"; part: number };
