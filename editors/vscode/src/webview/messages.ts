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
  /** It can show a drawing, which has more room in its height than in its width or not. */
  | { type: "shape"; tall: boolean }
  /** A component, or the whole model. */
  | { type: "scope"; uri: string | null }
  | { type: "open"; part: number };

/** What the script of a page of text tells: the number of the place that was clicked. */
export interface FromPage {
  place: number;
}
