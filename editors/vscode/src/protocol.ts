// What the server answers to commands of its own. See `server/src/lsp/handlers/commands.rs`.
import type { Location, Position } from "vscode-languageclient/node";

export const EXPLAIN = "threatline.explain";
export const MATRIX = "threatline.matrix";
export const DIAGRAM = "threatline.diagram";
export const FINDINGS = "threatline.findings";

/** What a command is about. */
export interface About {
  uri: string;
  position?: Position;
  finding?: string;
}

/** A file of a model: a component, or a file without one. */
export interface Component {
  name: string;
  title: string | null;
  uri: string;
}

/** A component in which something was found. */
export interface ComponentWithFindings extends Component {
  /** The class of the worst. */
  worst: string;
  /** How much there is of what. */
  says: string;
}

export interface Finding {
  id: string;
  title: string;
  on: string;
  severity: string;
  state: string;
  /** `low` to `critical` if it is open, else `not-stated`, `planned`, `accepted`, `mitigated`, `dismissed` or `out-of-scope`. */
  class: string;
  place: Location | null;
}

export interface Drawing {
  title: string;
  components: Component[];
  /** An `svg` element whose parts have numbers. */
  svg?: string;
  /** Where each part is declared, by its number. */
  places?: (Location | null)[];
  /** Why there is no drawing. */
  note?: string;
}
